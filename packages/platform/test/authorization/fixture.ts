import type { allTables } from '@impacthub/sdk/contract'
import type { TestApp } from '../start-platform.ts'
import { asker, subjects, type Credential, type Whose, type World } from './world.ts'

type Tables = typeof allTables
/** `calls.create` and every other operation there is. */
export type OperationName = { [Area in keyof Tables]: `${Area}.${keyof Tables[Area] & string}` }[keyof Tables]

/** What a request names and carries. */
export interface Sent {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** How to ask a route for something of somebody, again and again. */
export interface Fixture {
  readonly send?: (world: World, whose: Whose, credential: Credential) => Sent | Promise<Sent>
  /** The request names one thing, which may be somebody else's. Without it the route answers everybody with their own. */
  readonly names?: true
  /** Only a party to it may see what it names; else every user of the app may. */
  readonly ownerOnly?: true
  /** What it names is public. */
  readonly public?: true
  /** Asks the provider first, and live mode has none here. */
  readonly needsProvider?: true
  /** Statuses of a request that was let through, when it is not the route's usual one. */
  readonly ok?: readonly number[]
}

export const user: Fixture = { names: true, send: (_world, whose) => ({ params: { userId: subjects[whose] } }) }
export const list: Fixture = {}

export const ownerOf = (world: World, whose: Whose): TestApp => (whose === 'otherApp' ? world.otherApp : world.app)

export const buyers: Readonly<Record<Exclude<Whose, 'unknown'>, string>> = {
  own: asker,
  otherUser: subjects.otherUser,
  otherApp: subjects.otherApp,
}

let made = 0
/** A number that no other thing of this run has. */
export const fresh = (): number => ++made

/** Somebody of whom nothing is wanted afterwards. */
export const freshUser: Fixture = {
  names: true,
  async send(world, whose) {
    if (whose === 'unknown') return { params: { userId: subjects.unknown } }
    const userId = `fresh-${fresh()}`
    await ownerOf(world, whose).server.users.put({ userId, displayName: 'Fresh' })
    return { params: { userId } }
  },
}

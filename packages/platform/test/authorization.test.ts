import { randomUUID } from 'node:crypto'
import { allTables, type Route } from '@impacthub/sdk/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, codeOf, type Asked } from './ask.ts'
import type { Fixture } from './authorization/fixture.ts'
import { fixtures } from './authorization/fixtures.ts'
import { createWorld, everyWhose, type Credential, type Whose, type World } from './authorization/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.platform.stop())

const operations = Object.entries(allTables).flatMap(([area, table]) =>
  Object.entries<Route>(table).map(([name, route]) => ({ name: `${area}.${name}`, route })),
)

/** Whether the kind of credential is let in; follows from the route's declaration alone. */
function admitted({ access }: Route, { standing, text }: Credential, hasScope: boolean): 'yes' | 401 | 403 {
  if (standing === 'bad') return 401
  if (access.anyone === true) return 'yes'
  if (text === undefined) return 401
  if (standing === 'user') return access.user === true ? 'yes' : 403
  if (standing === 'publishable') return access.publishable === true ? 'yes' : 403
  return access.secret !== undefined && hasScope ? 'yes' : 403
}

/** Whether what the request names exists for this credential. What it may not know of does not exist. */
function visible(fixture: Fixture, credential: Credential, whose: Whose, namesUser: boolean): boolean {
  if (fixture.names !== true || !namesUser) return true
  if (whose === 'unknown') return false
  if (fixture.public === true) return true
  const sameApp = credential.outside === undefined ? whose !== 'otherApp' : credential.outside === whose
  if (fixture.ownerOnly !== true || credential.standing === 'secret') return sameApp
  return sameApp && whose === 'own' && credential.stranger !== true
}

async function request(name: string, route: Route, fixture: Fixture, credential: Credential, whose: Whose): Promise<Asked> {
  const sent = (await fixture.send?.(world, whose, credential)) ?? {}
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, param: string) => {
    const value = sent.params?.[param]
    if (value === undefined) throw new Error(`the fixture of ${name} does not give ${param}`)
    return encodeURIComponent(value)
  })
  return ask(world.platform.url, {
    method: route.method,
    path: sent.query === undefined ? path : `${path}?${sent.query}`,
    credential: credential.text,
    body: sent.body,
    headers: { ...sent.headers, ...(route.method === 'POST' ? { 'Idempotency-Key': randomUUID() } : {}) },
  })
}

/** All that a caller could tell two refusals apart by. */
function traceOf({ status, headers, text }: Asked): unknown {
  const seen = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
  return { status, seen, text: text.replaceAll(/req_[0-9a-z]{26}/g, 'req') }
}

function named(name: string): Fixture {
  const fixture = (fixtures as Readonly<Record<string, Fixture>>)[name]
  if (fixture === undefined) throw new Error(`${name} has no fixture: say in test/authorization/fixtures.ts what it names`)
  return fixture
}

it('knows every route and no other', () => {
  expect(Object.keys(fixtures).sort()).toEqual(operations.map(({ name }) => name).sort())
})

describe.each(operations)('$name', ({ name, route }) => {
  const fixture = named(name)

  async function check(credential: Credential, hasScope: boolean, whose: Whose, missing: Set<string>): Promise<void> {
    const answer = await request(name, route, fixture, credential, whose)
    const about = `${name} with ${credential.name} for ${whose}: ${answer.text}`
    const entry = admitted(route, credential, hasScope)
    if (entry !== 'yes') {
      expect(answer.status, about).toBe(entry)
      expect(codeOf(answer), about).toBe(entry === 401 ? 'unauthenticated' : 'forbidden')
      return
    }
    if (fixture.needsProvider === true && credential.outside === 'liveMode') return expect(answer.status, about).toBe(503)
    // Two routes take the person from the token, and only the others' ids from the request.
    const namesUser = !(name === 'presence.set' && credential.standing === 'user')
    if (visible(fixture, credential, whose, namesUser)) {
      expect(fixture.ok ?? [route.success ?? 200], about).toContain(answer.status)
      return
    }
    expect(answer.status, about).toBe(404)
    // Of two who are named, the refusal says which one is missing; a user token names only the other.
    missing.add(JSON.stringify([name === 'calls.create' ? credential.standing : undefined, traceOf(answer)]))
  }

  it('lets in whom its declaration names, and hides what is not theirs', async () => {
    const missing = new Set<string>()
    for (const credential of world.credentials)
      for (const whose of fixture.names === true ? everyWhose : (['own'] as const)) await check(credential, true, whose, missing)
    const kinds = name === 'calls.create' ? 2 : 1
    expect(missing.size, [...missing].join('\n')).toBe(missing.size === 0 ? 0 : kinds)
  })

  it('asks a secret key for its scope', async () => {
    const missing = new Set<string>()
    const { only, without } = await world.scoped(route.access.secret ?? 'app:read')
    await check(only, true, 'own', missing)
    if (route.access.secret !== undefined) await check(without, false, 'own', missing)
    expect(missing.size).toBe(0)
  })
})

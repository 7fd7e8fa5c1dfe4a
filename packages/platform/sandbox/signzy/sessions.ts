import { timingSafeEqual } from 'node:crypto'
import type { Answer, Incoming } from '../kit/listen.ts'
import { type ApiRequest, ok, Refusal, text } from './answers.ts'
import { keep, newId, type World } from './world.ts'

const TTL_SECONDS = 1_209_600

function isSame(one: string, other: string): boolean {
  const [given, known] = [Buffer.from(one), Buffer.from(other)]
  return given.length === known.length && timingSafeEqual(given, known)
}

/** A name and a password for a token. */
export function logIn(world: World, { body }: ApiRequest): Answer {
  if (!isSame(text(body, 'username'), world.username) || !isSame(text(body, 'password'), world.password))
    throw new Refusal(401, 'login failed')
  const id = `${newId()}${newId()}`
  const now = world.clock.now()
  keep(world.sessions, id, now + TTL_SECONDS * 1_000, 1_000)
  return ok({ id, ttl: TTL_SECONDS, created: new Date(now).toISOString(), userId: world.patronId })
}

export function logOut(world: World, { incoming }: ApiRequest): Answer {
  world.sessions.delete(incoming.headers.authorization ?? '')
  return { status: 204 }
}

/** The token stands in the header as it is. */
export function requireToken(world: World, { headers }: Incoming): void {
  const given = headers.authorization ?? ''
  const endsAtMs = world.sessions.get(given) ?? 0
  if (!isSame(given, world.token) && endsAtMs <= world.clock.now()) throw new Refusal(401)
}

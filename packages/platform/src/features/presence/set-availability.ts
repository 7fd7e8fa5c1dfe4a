import { fail } from '../../base/problem.ts'
import type { SecretActor, UserActor } from '../../base/tenant.ts'
import type { Availability } from './presence-status.ts'
import { presenceStore } from './presence-store.ts'
import { complete, presenceOf, type HostPresence, type PresenceDeps } from './read-presence.ts'

export interface AvailabilityWish {
  readonly userId?: string | undefined
  readonly availability: Availability
  readonly until?: string | undefined
}

export interface AvailabilityAnswer extends Omit<HostPresence, 'rate'> {
  readonly availability: Availability
  readonly until: string | null
}

function whose(actor: UserActor | SecretActor, userId: string | undefined): string {
  if (actor.kind === 'user') {
    if (userId !== undefined && userId !== actor.hostUserId) fail('forbidden', { detail: 'A user token sets its own availability only.' })
    return actor.hostUserId
  }
  return userId ?? fail('invalid_request', { errors: [{ pointer: '/userId', detail: 'is required with a secret key' }] })
}

/**
 * When a user can be called. One statement: a process that dies before it has changed nothing; one that dies after it and before
 * the hint leaves watchers to the next sweep, which reads the database.
 */
export async function setAvailability(
  deps: PresenceDeps,
  actor: UserActor | SecretActor,
  { userId, availability, until }: AvailabilityWish,
): Promise<AvailabilityAnswer> {
  const hostUserId = whose(actor, userId)
  // `auto` does not end, so it has no time.
  const end = until === undefined || availability === 'auto' ? null : new Date(until)
  if (end !== null && end <= deps.clock.now()) fail('invalid_request', { errors: [{ pointer: '/until', detail: 'must be in the future' }] })
  const { id } = actor.tenant
  const changed = await deps.db.transact(id, (tx) => presenceStore.setAvailability(tx, id, hostUserId, availability, end))
  if (changed === undefined) return fail('not_found')
  await deps.hint(id, [changed.userId], changed)
  const [facts] = await complete(deps, id, [changed])
  const { status } = presenceOf(hostUserId, facts, deps.clock.now())
  return { userId: hostUserId, status, availability, until: end?.toISOString() ?? null }
}

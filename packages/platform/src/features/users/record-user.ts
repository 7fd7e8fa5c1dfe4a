import type { UserEventData } from '@impacthub/sdk/contract'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { forgetPerson, recordEvent } from '../webhooks/index.ts'
import { presentUser, type Surroundings } from './present-user.ts'
import type { UserRow } from './user-row.ts'

type Known = Pick<Surroundings, 'bounds' | 'now'>

/** What an answer shows of a user, but for what changes by itself and for numbers. */
function told(user: UserRow, { bounds, now }: Known): UserEventData {
  const {
    presence: _presence,
    virtualNumber: _number,
    ...data
  } = presentUser(user, {
    bounds,
    now,
    presence: 'offline',
    virtualNumber: null,
  })
  return data
}

/**
 * Tells the host's server of a user who was made, or changed: a host may write its users down at every sign-in, and what is the same is no
 * news. `before`: as they were; null: they are new.
 */
export async function recordUser(tx: Tx, tenantId: TenantId, before: UserRow | null, user: UserRow, known: Known): Promise<void> {
  const data = told(user, known)
  if (before !== null && JSON.stringify(told(before, known)) === JSON.stringify(data)) return
  await recordEvent(tx, tenantId, { type: before === null ? 'user.created' : 'user.updated', objectId: user.id, data }, known.now)
}

/** The person goes from what was told before as well; that they went is told by id alone. */
export async function recordDeletion(tx: Tx, tenantId: TenantId, user: UserRow, now: Date): Promise<void> {
  await forgetPerson(tx, tenantId, user.id)
  await recordEvent(tx, tenantId, { type: 'user.deleted', objectId: user.id, data: { id: user.id, userId: user.hostId } }, now)
}

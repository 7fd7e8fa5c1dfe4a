import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { forgetPerson, recordEvent } from '../webhooks/index.ts'
import { presentUser, type Surroundings } from './present-user.ts'
import type { UserRow } from './user-row.ts'

/** Tells the host's server of a user who was made or changed: what an answer shows, but for what changes by itself and for numbers. */
export async function recordUser(
  tx: Tx,
  tenantId: TenantId,
  type: 'user.created' | 'user.updated',
  user: UserRow,
  { bounds, now }: Pick<Surroundings, 'bounds' | 'now'>,
): Promise<void> {
  const shown = presentUser(user, { bounds, now, presence: 'offline', virtualNumber: null })
  const { presence: _presence, virtualNumber: _number, ...data } = shown
  await recordEvent(tx, tenantId, { type, objectId: user.id, data }, now)
}

/** The person goes from what was told before as well; that they went is told by id alone. */
export async function recordDeletion(tx: Tx, tenantId: TenantId, user: UserRow, now: Date): Promise<void> {
  await forgetPerson(tx, tenantId, user.id)
  await recordEvent(tx, tenantId, { type: 'user.deleted', objectId: user.id, data: { id: user.id, userId: user.hostId } }, now)
}

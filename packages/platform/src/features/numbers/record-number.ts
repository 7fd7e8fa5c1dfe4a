import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { recordEvent } from '../webhooks/index.ts'
import type { VirtualNumber } from './number-store.ts'

/** Tells the host's server whose a number is now; by its id, since no webhook holds a phone number. */
export async function recordAssigned(tx: Tx, tenantId: TenantId, numberId: string, hostUserId: string, now: Date): Promise<void> {
  await recordEvent(tx, tenantId, { type: 'number.assigned', objectId: numberId, data: { id: numberId, userId: hostUserId } }, now)
}

/** A number that was somebody's is so no longer. One that was nobody's is not told of. */
export async function recordReleased(tx: Tx, tenantId: TenantId, { id, hostUserId }: VirtualNumber, now: Date): Promise<void> {
  if (hostUserId === null) return
  await recordEvent(tx, tenantId, { type: 'number.released', objectId: id, data: { id, userId: hostUserId } }, now)
}

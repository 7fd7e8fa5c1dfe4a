import type { WebhookEventType } from '@impacthub/sdk/contract'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { recordEvents } from '../webhooks/index.ts'
import { isOver } from './call-lifecycle.ts'
import type { CallRow } from './call-row.ts'
import { findCall } from './call-store.ts'
import { presentCall } from './present-call.ts'

export type CallEventType = Extract<WebhookEventType, `call.${string}`>

/**
 * Tells the host's server what became of a call: the call as its server reads it, without the virtual number. In the transaction of the
 * change: both are there or neither is.
 */
export async function recordCall(tx: Tx, tenantId: TenantId, call: CallRow, types: readonly CallEventType[], now: Date): Promise<void> {
  const { number: _number, ...data } = presentCall(call, 'server', now)
  await recordEvents(
    tx,
    tenantId,
    types.map((type) => ({ type, objectId: call.id, data })),
    now,
  )
}

/** The same for a call as it stands now. */
export async function recordCallNow(
  tx: Tx,
  tenantId: TenantId,
  callId: string,
  typesOf: (call: CallRow) => readonly CallEventType[],
  now: Date,
): Promise<void> {
  const call = await findCall(tx, tenantId, callId)
  if (call !== undefined) await recordCall(tx, tenantId, call, typesOf(call), now)
}

/** What an end is called; a call that the callee was not asked about is missed as well. */
export function endTypes(call: CallRow): CallEventType[] {
  if (!isOver(call.status)) throw new Error('the call is not over')
  const { missed } = presentCall(call, 'server', call.createdAt)
  return [`call.${call.status}`, ...(missed ? (['call.missed'] as const) : [])]
}

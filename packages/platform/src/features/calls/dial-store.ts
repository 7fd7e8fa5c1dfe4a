import type { TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import { readCall, type CallRow, type StoredCall } from './call-row.ts'
import { callColumns, callPeople } from './call-store.ts'

export interface FirstDial {
  readonly provider: string
  readonly at: Date
  readonly canEnd: boolean
  /** A call that was placed before waits no longer. */
  readonly placedAfter: Date
}

// Nobody has dialled it, wants it ended or has ended it.
const untouched = 'caller_leg_id is null and end_requested_by is null and ended_at is null and not settled'

/** The mark of the attempt, by itself and in one round trip, on a call that is as it was placed; undefined when it is not. */
export async function markFirstDial(
  db: Pick<Db, 'transact'>,
  tenantId: TenantId,
  callId: string,
  { provider, at, canEnd, placedAfter }: FirstDial,
): Promise<CallRow | undefined> {
  let marked: StoredCall | undefined
  await db.transact(tenantId, async (tx) => {
    tx.write<StoredCall>(
      `with c as (update calls set dial_attempted_at = $3, can_end = $4
         where tenant_id = $1 and id = $2 and provider = $5 and created_at > $6 and dial_attempted_at is null and ${untouched} returning *)
       select ${callColumns} from c ${callPeople}`,
      [tenantId, callId, at, canEnd, provider, placedAfter],
      ([row]) => (marked = row),
    )
  })
  return marked && readCall(marked)
}

/** Ties the caller's leg to a call that goes on and has none; false when that is not so. */
export async function setFirstLeg(tx: Tx, tenantId: TenantId, callId: string, legId: string): Promise<boolean> {
  const rows = await tx.query(`update calls set caller_leg_id = $3 where tenant_id = $1 and id = $2 and ${untouched} returning 1`, [
    tenantId,
    callId,
    legId,
  ])
  return rows.length > 0
}

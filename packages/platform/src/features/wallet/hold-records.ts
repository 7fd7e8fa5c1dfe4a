import { toCoins } from '../../base/coins.ts'
import { everyTenant, type TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'

/** What holds are for, and whether they are over. Which coins they took, the ledger says. */

export interface Reference {
  readonly type: string
  readonly id: string
}

export interface NewHold {
  /** The transaction that took the coins. */
  readonly id: string
  readonly userId: string
  readonly reference: Reference
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** Records a hold that is posted under this id in this transaction; answers its coins. Nothing when nothing was posted under it. */
export async function recordHold(tx: Tx, tenantId: TenantId, hold: NewHold): Promise<number> {
  const [row] = await tx.query<{ coins: string }>(
    `insert into ledger_holds (tenant_id, id, user_id, reference_type, reference_id, coins, created_at, expires_at)
     select $1, $2, $3, $4, $5, h.coins, $6, $7 from (select ledger_held($1::integer, $2::text, $3::text) as coins offset 0) h
     where h.coins is not null returning coins`,
    [tenantId, hold.id, hold.userId, hold.reference.type, hold.reference.id, hold.createdAt, hold.expiresAt],
  )
  return toCoins(row?.coins ?? '0')
}

export interface HoldEnd {
  readonly state: 'settled' | 'released'
  /** The transaction that spent the coins or gave them back. */
  readonly by: string | null
  readonly now: Date
}

/** All that is held for this is over. */
export function closeHolds(tx: Tx, tenantId: TenantId, reference: Reference, { state, by, now }: HoldEnd): void {
  tx.write(
    `update ledger_holds set state = $4, closed_by = $5, closed_at = $6
     where tenant_id = $1 and reference_type = $2 and reference_id = $3 and state = 'open'`,
    [tenantId, reference.type, reference.id, state, by, now],
  )
}

export interface OpenHold {
  readonly tenantId: TenantId
  readonly id: string
  readonly userId: string
  readonly reference: Reference
}

interface HoldRecord {
  readonly tenant_id: TenantId
  readonly id: string
  readonly user_id: string
  readonly reference_type: string
  readonly reference_id: string
}

/** Closes the records of holds whose call is settled already: an older release beside this one keeps none, and leaves them open. */
export async function closeSettled(db: Db, now: Date): Promise<void> {
  await db.transact(everyTenant, (tx) =>
    tx.query(
      `update ledger_holds h set state = 'settled', closed_at = $1
       where h.state = 'open' and h.expires_at <= $1 and h.reference_type = 'call'
         and exists (select from calls c where c.tenant_id = h.tenant_id and c.id = h.reference_id and c.settled)`,
      [now],
    ),
  )
}

/** Open holds of all apps whose time is over and of which nothing is left that will end them: a call that is not settled ends its own. */
export async function listForgotten(db: Db, now: Date, limit: number): Promise<OpenHold[]> {
  const rows = await db.transact(everyTenant, (tx) => tx.query<HoldRecord>(`${forgotten} order by h.expires_at limit $2`, [now, limit]))
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    id: row.id,
    userId: row.user_id,
    reference: { type: row.reference_type, id: row.reference_id },
  }))
}

const forgotten = `select h.tenant_id, h.id, h.user_id, h.reference_type, h.reference_id from ledger_holds h
  where h.state = 'open' and h.expires_at <= $1 and h.reference_type = 'call'
    and not exists (select from calls c where c.tenant_id = h.tenant_id and c.id = h.reference_id)`

/** Holds the row until the transaction is over; false: it is over, has an owner after all, or another process has it. */
export async function claimForgotten(tx: Tx, { tenantId, id }: OpenHold, now: Date): Promise<boolean> {
  const rows = await tx.query(`${forgotten} and h.tenant_id = $2 and h.id = $3 for update of h skip locked`, [now, tenantId, id])
  return rows.length > 0
}

export async function closeHold(tx: Tx, { tenantId, id }: OpenHold, { state, by, now }: HoldEnd): Promise<void> {
  await tx.query('update ledger_holds set state = $3, closed_by = $4, closed_at = $5 where tenant_id = $1 and id = $2', [
    tenantId,
    id,
    state,
    by,
    now,
  ])
}

import { toCoins } from '../../base/coins.ts'
import { tenantId as toTenantId, type Mode, type TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { PaymentFailure, PaymentProviderName } from '../../providers/payments/port.ts'
import type { Topup, TopupStatus } from './topup-row.ts'

interface StoredTopup {
  readonly id: string
  readonly user_id: string
  readonly host_id: string
  readonly display_name: string
  readonly is_gone: boolean
  readonly provider: PaymentProviderName
  readonly mode: Mode
  readonly pack_id: string
  readonly coins: string
  readonly bonus_coins: string
  readonly amount: string
  readonly currency: string
  readonly status: TopupStatus
  readonly failure: PaymentFailure | null
  readonly order_id: string | null
  readonly order_tries: number
  readonly payment_id: string | null
  readonly returned_amount: string
  readonly given_up_at: Date | null
  readonly created_at: Date
  readonly paid_at: Date | null
}

const columns = `t.id, t.user_id, u.host_id, u.display_name, u.deleted_at is not null as is_gone, t.provider, t.mode, t.pack_id, t.coins, t.bonus_coins, t.amount, t.currency, t.status,
  t.failure, t.order_id, t.order_tries, t.payment_id, t.returned_amount, t.given_up_at, t.created_at, t.paid_at`
const source = 'topups t join users u on u.tenant_id = t.tenant_id and u.id = t.user_id'

const read = (row: StoredTopup): Topup => ({
  id: row.id,
  userId: row.user_id,
  hostUserId: row.host_id,
  userName: row.display_name,
  userIsGone: row.is_gone,
  provider: row.provider,
  mode: row.mode,
  packId: row.pack_id,
  coins: toCoins(row.coins),
  bonusCoins: toCoins(row.bonus_coins),
  amount: toCoins(row.amount),
  currency: row.currency,
  status: row.status,
  failure: row.failure,
  orderId: row.order_id,
  orderTries: row.order_tries,
  paymentId: row.payment_id,
  returnedAmount: toCoins(row.returned_amount),
  givenUpAt: row.given_up_at,
  createdAt: row.created_at,
  paidAt: row.paid_at,
})

export type NewTopup = Pick<
  Topup,
  'id' | 'userId' | 'provider' | 'mode' | 'packId' | 'coins' | 'bonusCoins' | 'amount' | 'currency' | 'createdAt'
>

export async function insertTopup(tx: Tx, tenantId: TenantId, topup: NewTopup): Promise<void> {
  await tx.query(
    `insert into topups (id, tenant_id, user_id, provider, mode, pack_id, coins, bonus_coins, amount, currency, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
    [
      topup.id,
      tenantId,
      topup.userId,
      topup.provider,
      topup.mode,
      topup.packId,
      topup.coins,
      topup.bonusCoins,
      topup.amount,
      topup.currency,
      topup.createdAt,
    ],
  )
}

export async function findTopup(tx: Tx, tenantId: TenantId, id: string): Promise<Topup | undefined> {
  const [row] = await tx.query<StoredTopup>(`select ${columns} from ${source} where t.tenant_id = $1 and t.id = $2`, [tenantId, id])
  return row && read(row)
}

/** Held until the transaction is over: whatever changes a top-up, or what is known of its payments, holds it first. */
export async function lockTopup(tx: Tx, tenantId: TenantId, id: string): Promise<Topup | undefined> {
  const [row] = await tx.query<StoredTopup>(
    `select ${columns} from ${source} where t.tenant_id = $1 and t.id = $2 for no key update of t`,
    [tenantId, id],
  )
  return row && read(row)
}

export interface TopupFilter {
  readonly userId: string | undefined
  readonly status: TopupStatus | undefined
}

/** Newest first. */
export async function listTopups(
  tx: Tx,
  tenantId: TenantId,
  { userId, status }: TopupFilter,
  { limit, before }: { readonly limit: number; readonly before: string | undefined },
): Promise<Topup[]> {
  const wanted = [
    userId === undefined ? '' : 'and t.user_id = $4',
    status === undefined ? '' : `and t.status = $${userId === undefined ? 4 : 5}`,
  ]
  const rows = await tx.query<StoredTopup>(
    // '~' sorts after every id.
    `select ${columns} from ${source} where t.tenant_id = $1 and t.id < coalesce($2::text, '~') ${wanted.join(' ')} order by t.id desc limit $3`,
    [tenantId, before ?? null, limit, ...(userId === undefined ? [] : [userId]), ...(status === undefined ? [] : [status])],
  )
  return rows.map(read)
}

/** Where a provider's order or payment belongs. Above all tenants: one account of the provider serves them all. */
export async function ownerOf(
  tx: Tx,
  about: {
    readonly provider: PaymentProviderName
    readonly mode: Mode
    readonly orderId: string | null
    readonly paymentId: string | null
  },
): Promise<{ readonly tenantId: TenantId; readonly topupId: string } | undefined> {
  const [row] = await tx.query<{ tenant_id: number; id: string }>(
    `select tenant_id, id from topups where provider = $1 and mode = $2 and order_id = $3
     union all
     select tenant_id, topup_id from topup_payments where provider = $1 and mode = $2 and payment_id = $4 and $3::text is null`,
    [about.provider, about.mode, about.orderId, about.paymentId],
  )
  return row && { tenantId: toTenantId(row.tenant_id), topupId: row.id }
}

/** Takes on having the order made, until then. Answers the how manieth try it is; undefined: it is made, or somebody else is at it. */
export async function claimOrder(tx: Tx, tenantId: TenantId, id: string, now: Date, until: Date): Promise<number | undefined> {
  const [row] = await tx.query<{ order_tries: number }>(
    `update topups set ordering_until = $4, order_tries = order_tries + 1
     where tenant_id = $1 and id = $2 and order_id is null and given_up_at is null and (ordering_until is null or ordering_until <= $3)
     returning order_tries`,
    [tenantId, id, now, until],
  )
  return row?.order_tries
}

export async function releaseOrder(tx: Tx, tenantId: TenantId, id: string, until: Date): Promise<void> {
  await tx.query('update topups set ordering_until = $3 where tenant_id = $1 and id = $2 and order_id is null', [tenantId, id, until])
}

/** The first order that is stored is the one that is ever shown to a payer. */
export async function storeOrder(tx: Tx, tenantId: TenantId, id: string, orderId: string, now: Date): Promise<void> {
  await tx.query(
    'update topups set order_id = coalesce(order_id, $3), ordering_until = null, updated_at = $4 where tenant_id = $1 and id = $2',
    [tenantId, id, orderId, now],
  )
}

export type TopupChange = Pick<Topup, 'status' | 'failure' | 'returnedAmount' | 'paymentId' | 'paidAt' | 'givenUpAt'>

export async function updateTopup(tx: Tx, tenantId: TenantId, id: string, change: TopupChange, now: Date): Promise<void> {
  await tx.query(
    `update topups set status = $3, failure = $4, returned_amount = $5, payment_id = $6, paid_at = $7, given_up_at = $8, updated_at = $9
     where tenant_id = $1 and id = $2`,
    [tenantId, id, change.status, change.failure, change.returnedAmount, change.paymentId, change.paidAt, change.givenUpAt, now],
  )
}

export async function ledgerIsFrozen(tx: Tx, tenantId: TenantId): Promise<boolean> {
  const [row] = await tx.query<{ ledger_frozen: boolean }>('select ledger_frozen from tenants where id = $1', [tenantId])
  return row?.ledger_frozen === true
}

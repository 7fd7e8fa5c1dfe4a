import * as z from 'zod'
import type { Mode, TenantId } from '../../base/tenant.ts'
import { everyTenant } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { PaymentNews, PaymentProviderName } from '../../providers/payments/port.ts'

/** The inbox of what payment providers tell. */

const payment = z.object({
  id: z.string(),
  orderId: z.string().nullable(),
  status: z.enum(['failed', 'authorized', 'captured', 'returned']).nullable(),
  amount: z.int(),
  currency: z.string(),
  refundedAmount: z.int(),
  failure: z.enum(['declined', 'canceled_by_payer', 'timed_out', 'provider_error', 'other']).nullable(),
})
const refund = z.object({
  id: z.string(),
  paymentId: z.string(),
  amount: z.int(),
  status: z.enum(['pending', 'processed', 'failed']),
  reference: z.string().nullable(),
})
const dispute = z.object({ id: z.string(), paymentId: z.string(), amount: z.int(), status: z.enum(['open', 'won', 'lost']) })
const content = z.object({ payment: payment.nullable(), refund: refund.nullable(), dispute: dispute.nullable() })

export interface ArrivedNews {
  readonly provider: PaymentProviderName
  readonly mode: Mode
  readonly eventId: string
  /** Of the bytes: what the provider's signature covers. */
  readonly digest: Buffer
  readonly news: PaymentNews
  /** Null: it is about no order of ours, and nothing will come of it. */
  readonly owner: { readonly tenantId: TenantId; readonly topupId: string } | null
}

/** False when it is known already. */
export async function insertNews(tx: Tx, { provider, mode, eventId, digest, news, owner }: ArrivedNews, now: Date): Promise<boolean> {
  const { type, ...told } = news
  const rows = await tx.query(
    `insert into payment_events (provider, mode, event_id, digest, tenant_id, topup_id, type, content, received_at, applied_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning 1`,
    [
      provider,
      mode,
      eventId,
      digest,
      owner?.tenantId ?? everyTenant,
      owner?.topupId ?? null,
      type,
      JSON.stringify(told),
      now,
      owner === null ? now : null,
    ],
  )
  return rows.length === 1
}

export interface WaitingNews extends z.output<typeof content> {
  readonly eventId: string
  readonly digest: Buffer
}

export async function unappliedNews(tx: Tx, tenantId: TenantId, topupId: string): Promise<WaitingNews[]> {
  const rows = await tx.query<{ event_id: string; digest: Buffer; content: unknown }>(
    `select event_id, digest, content from payment_events
     where tenant_id = $1 and topup_id = $2 and applied_at is null order by received_at, event_id`,
    [tenantId, topupId],
  )
  return rows.map((row) => ({ eventId: row.event_id, digest: row.digest, ...content.parse(row.content) }))
}

export async function markNewsApplied(tx: Tx, tenantId: TenantId, topupId: string, done: readonly WaitingNews[], now: Date): Promise<void> {
  await tx.query(
    `update payment_events e set applied_at = $5 from unnest($3::text[], $4::bytea[]) as done (event_id, digest)
     where e.tenant_id = $1 and e.topup_id = $2 and e.event_id = done.event_id and e.digest = done.digest`,
    [tenantId, topupId, done.map(({ eventId }) => eventId), done.map(({ digest }) => digest), now],
  )
}

/** Since when a secret is known to sign; from now on, when it was not. */
export async function secretKnownSince(tx: Tx, provider: PaymentProviderName, mode: Mode, digest: Buffer, now: Date): Promise<Date> {
  tx.write('insert into payment_secrets (provider, mode, digest, known_since) values ($1, $2, $3, $4) on conflict do nothing', [
    provider,
    mode,
    digest,
    now,
  ])
  const [row] = await tx.query<{ known_since: Date }>(
    'select known_since from payment_secrets where provider = $1 and mode = $2 and digest = $3',
    [provider, mode, digest],
  )
  return row?.known_since ?? now
}

/** Above all tenants. What waits to be worked on stays, however old. */
export async function forgetNews(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from payment_events e using (
       select provider, mode, event_id, digest from payment_events where received_at < $1 and applied_at is not null order by received_at limit $2
     ) old where (e.provider, e.mode, e.event_id, e.digest) = (old.provider, old.mode, old.event_id, old.digest) returning 1`,
    [before, limit],
  )
  return rows.length
}

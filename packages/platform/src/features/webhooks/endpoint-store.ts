import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

export type DisabledReason = 'requested' | 'gone' | 'failing'

/** Where a host wants to hear of its events. */
export interface Endpoint {
  readonly id: string
  readonly url: string
  readonly types: readonly string[]
  readonly description: string | null
  readonly disabledReason: DisabledReason | null
  readonly disabledAt: Date | null
  readonly secretSealed: Buffer
  readonly previousSealed: Buffer | null
  readonly previousUntil: Date | null
  readonly createdAt: Date
  readonly lastSuccessAt: Date | null
  /** Rounds of deliveries in a row that got no answer at all. */
  readonly silentRounds: number
}

interface Row {
  readonly id: string
  readonly url: string
  readonly types: string[]
  readonly description: string | null
  readonly disabled_reason: DisabledReason | null
  readonly disabled_at: Date | null
  readonly secret_sealed: Buffer
  readonly previous_sealed: Buffer | null
  readonly previous_until: Date | null
  readonly created_at: Date
  readonly last_success_at: Date | null
  readonly silent_rounds: number
}

const read = (row: Row): Endpoint => ({
  id: row.id,
  url: row.url,
  types: row.types,
  description: row.description,
  disabledReason: row.disabled_reason,
  disabledAt: row.disabled_at,
  secretSealed: row.secret_sealed,
  previousSealed: row.previous_sealed,
  previousUntil: row.previous_until,
  createdAt: row.created_at,
  lastSuccessAt: row.last_success_at,
  silentRounds: row.silent_rounds,
})

export type NewEndpoint = Pick<Endpoint, 'id' | 'url' | 'types' | 'description' | 'secretSealed' | 'createdAt'>

export interface EndpointChange {
  readonly url?: string | undefined
  readonly types?: readonly string[] | undefined
  readonly description?: string | null | undefined
}

async function one(tx: Tx, text: string, values: readonly unknown[]): Promise<Endpoint | undefined> {
  const [row] = await tx.query<Row>(text, values)
  return row && read(row)
}

const living = 'tenant_id = $1 and id = $2 and deleted_at is null'

export const endpointStore = {
  async insert(tx: Tx, tenantId: TenantId, { id, url, types, description, secretSealed, createdAt }: NewEndpoint): Promise<Endpoint> {
    const made = await one(
      tx,
      `insert into webhook_endpoints (id, tenant_id, url, types, description, secret_sealed, created_at)
       values ($1, $2, $3, $4, $5, $6, $7) returning *`,
      [id, tenantId, url, types, description, secretSealed, createdAt],
    )
    if (made === undefined) throw new Error('the endpoint was not inserted')
    return made
  },

  /** How many the app has. Two that are made at once take turns, so that the count holds until the commit. */
  async count(tx: Tx, tenantId: TenantId): Promise<number> {
    await tx.query("select pg_advisory_xact_lock(hashtextextended('webhook-endpoints', $1))", [tenantId])
    const [row] = await tx.query<{ count: number }>(
      'select count(*)::integer as count from webhook_endpoints where tenant_id = $1 and deleted_at is null',
      [tenantId],
    )
    return row?.count ?? 0
  },

  find: (tx: Tx, tenantId: TenantId, id: string) => one(tx, `select * from webhook_endpoints where ${living}`, [tenantId, id]),

  /** For a change. Events that are recorded meanwhile do not wait for it. */
  lock: (tx: Tx, tenantId: TenantId, id: string) =>
    one(tx, `select * from webhook_endpoints where ${living} for no key update`, [tenantId, id]),

  /** Newest first. */
  async list(tx: Tx, tenantId: TenantId, { limit, before }: { limit: number; before: string | undefined }): Promise<Endpoint[]> {
    const rows = await tx.query<Row>(
      `select * from webhook_endpoints where tenant_id = $1 and deleted_at is null and ($2::text is null or id < $2)
       order by id desc limit $3`,
      [tenantId, before ?? null, limit],
    )
    return rows.map(read)
  },

  /** A new address begins without the old one's pauses. */
  update: (tx: Tx, tenantId: TenantId, id: string, { url, types, description }: EndpointChange) =>
    one(
      tx,
      `update webhook_endpoints set url = coalesce($3, url), types = coalesce($4, types),
         description = case when $5 then $6 else description end,
         not_before = case when $3 is null then not_before end, silent_rounds = case when $3 is null then silent_rounds else 0 end
       where ${living} returning *`,
      [tenantId, id, url ?? null, types ?? null, description !== undefined, description ?? null],
    ),

  enable: (tx: Tx, tenantId: TenantId, id: string) =>
    one(
      tx,
      `update webhook_endpoints set status = 'enabled', disabled_reason = null, disabled_at = null, not_before = null, silent_rounds = 0
       where ${living} returning *`,
      [tenantId, id],
    ),

  /** What waits for it is called off. One that is disabled already keeps its reason. */
  async disable(tx: Tx, tenantId: TenantId, id: string, reason: DisabledReason, now: Date): Promise<Endpoint | undefined> {
    const disabled = await one(
      tx,
      `update webhook_endpoints set status = 'disabled', disabled_reason = coalesce(disabled_reason, $3), disabled_at = coalesce(disabled_at, $4)
       where ${living} returning *`,
      [tenantId, id, reason, now],
    )
    await callOff(tx, tenantId, id)
    return disabled
  },

  /** The row stays for the tries that name it; its secrets go. */
  async delete(tx: Tx, tenantId: TenantId, id: string, now: Date): Promise<void> {
    await tx.query(
      `update webhook_endpoints set deleted_at = $3, secret_sealed = '', previous_sealed = null, previous_until = null where ${living}`,
      [tenantId, id, now],
    )
    await callOff(tx, tenantId, id)
  },

  rollSecret: (tx: Tx, tenantId: TenantId, id: string, sealed: Buffer, previousUntil: Date | null) =>
    one(
      tx,
      `update webhook_endpoints set previous_sealed = case when $4::timestamptz is null then null else secret_sealed end, previous_until = $4,
         secret_sealed = $3
       where ${living} returning *`,
      [tenantId, id, sealed, previousUntil],
    ),

  /** A worker's round is over: what it has learnt of the endpoint. */
  async noteRound(tx: Tx, tenantId: TenantId, id: string, round: Round): Promise<void> {
    await tx.query(
      `update webhook_endpoints set last_success_at = coalesce($3, last_success_at), silent_rounds = $4,
         not_before = case when $5::timestamptz is null then not_before else greatest(not_before, $5) end
       where tenant_id = $1 and id = $2`,
      [tenantId, id, round.successAt, round.silentRounds, round.notBefore],
    )
  },
}

export interface Round {
  readonly successAt: Date | null
  readonly silentRounds: number
  readonly notBefore: Date | null
}

/** Deliveries to an endpoint that takes none any more. */
export async function callOff(tx: Tx, tenantId: TenantId, endpointId: string): Promise<void> {
  await tx.query("update webhook_deliveries set status = 'canceled' where tenant_id = $1 and endpoint_id = $2 and status = 'pending'", [
    tenantId,
    endpointId,
  ])
}

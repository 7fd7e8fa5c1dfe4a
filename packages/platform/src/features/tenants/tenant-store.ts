import type { ReferralPolicy, SpokenTexts, WithdrawalSettings } from '@impacthub/sdk/contract'
import { tenantId as toTenantId, type Mode, type TenantId, type TenantRef } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { KycRulesWish } from './kyc-rules.ts'
import type { PackOffer } from './packs.ts'

/** An app in one mode, as it is set now. */
export interface Tenant extends TenantRef {
  readonly name: string
  readonly currency: string
  readonly languages: readonly string[]
  readonly allowedOrigins: readonly string[]
  readonly rate: { readonly coins: number; readonly seconds: number }
  /** Prices that receivers may choose from; null: they may not choose. */
  readonly rateBounds: { readonly minCoins: number; readonly maxCoins: number; readonly seconds: number } | null
  readonly sharePercent: number
  readonly maxCallSeconds: number
  readonly ringSeconds: number
  /** In which order telephone providers are tried; null: the platform's own rules. */
  readonly providerOrder: readonly ('twilio' | 'exotel')[] | null
  readonly hostKeys: readonly HostKey[]
  /** The app’s own words for callers who are not put through. */
  readonly spokenTexts: SpokenTexts
  /** What users can buy; null: the platform’s own packs. */
  readonly packs: readonly PackOffer[] | null
  /** What the app asks of identities; null: the platform’s own rules. */
  readonly kyc: KycRulesWish | null
  /** How users take money out; null: the platform’s own terms. */
  readonly withdrawals: WithdrawalSettings | null
  /** What the app gives for referrals, and to whom not; null: the platform’s own policy. */
  readonly referral: ReferralPolicy | null
  /** Counts its changes. */
  readonly referralVersion: number
  readonly createdAt: Date
}

export interface HostKey {
  readonly kid: string
  readonly kty: 'OKP' | 'EC'
  readonly crv: 'Ed25519' | 'P-256'
  readonly x: string
  readonly y?: string | undefined
}

interface Row {
  id: number
  app_id: string
  mode: Mode
  name: string
  currency: string
  languages: string[]
  allowed_origins: string[]
  rate_coins: number
  rate_seconds: number
  rate_min_coins: number | null
  rate_max_coins: number | null
  rate_bound_seconds: number | null
  share_percent: number
  max_call_seconds: number
  ring_seconds: number
  provider_order: ('twilio' | 'exotel')[] | null
  host_keys: HostKey[]
  spoken_texts: SpokenTexts
  packs: PackOffer[] | null
  kyc: KycRulesWish | null
  withdrawals: WithdrawalSettings | null
  referral: ReferralPolicy | null
  referral_version: number
  created_at: Date
}

const read = (row: Row): Tenant => ({
  id: toTenantId(row.id),
  appId: row.app_id,
  mode: row.mode,
  name: row.name,
  currency: row.currency,
  languages: row.languages,
  allowedOrigins: row.allowed_origins,
  rate: { coins: row.rate_coins, seconds: row.rate_seconds },
  rateBounds:
    row.rate_min_coins === null || row.rate_max_coins === null || row.rate_bound_seconds === null
      ? null
      : { minCoins: row.rate_min_coins, maxCoins: row.rate_max_coins, seconds: row.rate_bound_seconds },
  sharePercent: row.share_percent,
  maxCallSeconds: row.max_call_seconds,
  ringSeconds: row.ring_seconds,
  providerOrder: row.provider_order,
  hostKeys: row.host_keys,
  spokenTexts: row.spoken_texts,
  packs: row.packs,
  kyc: row.kyc,
  withdrawals: row.withdrawals,
  referral: row.referral,
  referralVersion: row.referral_version,
  createdAt: row.created_at,
})

export interface TenantChange {
  readonly name?: string | undefined
  readonly currency?: string | undefined
  readonly languages?: readonly string[] | undefined
  readonly allowedOrigins?: readonly string[] | undefined
  readonly rate?: { readonly coins: number; readonly seconds: number } | undefined
  readonly rateBounds?: Tenant['rateBounds'] | undefined
  readonly sharePercent?: number | undefined
  readonly maxCallSeconds?: number | undefined
  readonly ringSeconds?: number | undefined
  readonly providerOrder?: Tenant['providerOrder'] | undefined
  readonly hostKeys?: readonly HostKey[] | undefined
  readonly spokenTexts?: SpokenTexts | undefined
  readonly packs?: Tenant['packs'] | undefined
  readonly kyc?: Tenant['kyc'] | undefined
  readonly withdrawals?: Tenant['withdrawals'] | undefined
  readonly referral?: Tenant['referral'] | undefined
}

export const tenantStore = {
  async insert(tx: Tx, appId: string, mode: Mode, name: string, now: Date): Promise<Tenant> {
    const [row] = await tx.query<Row>('insert into tenants (app_id, mode, name, created_at) values ($1, $2, $3, $4) returning *', [
      appId,
      mode,
      name,
      now,
    ])
    if (row === undefined) throw new Error('the tenant was not inserted')
    return read(row)
  },

  async find(tx: Tx, tenantId: TenantId): Promise<Tenant | undefined> {
    const [row] = await tx.query<Row>('select * from tenants where id = $1', [tenantId])
    return row && read(row)
  },

  async findByApp(tx: Tx, appId: string, mode: string): Promise<Tenant | undefined> {
    const [row] = await tx.query<Row>('select * from tenants where app_id = $1 and mode = $2', [appId, mode])
    return row && read(row)
  },

  /** The origins that any app lets in: all that a preflight, which carries no credential, can be answered by. */
  async everyOrigin(tx: Tx): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ origin: string }>('select distinct unnest(allowed_origins) as origin from tenants')
    return new Set(rows.map((row) => row.origin))
  },

  async update(tx: Tx, tenantId: TenantId, change: TenantChange): Promise<Tenant | undefined> {
    const [row] = await tx.query<Row>(
      `update tenants set name = coalesce($2, name), currency = coalesce($3, currency), languages = coalesce($4, languages),
         allowed_origins = coalesce($5, allowed_origins), rate_coins = coalesce($6, rate_coins), rate_seconds = coalesce($7, rate_seconds),
         share_percent = coalesce($8, share_percent), max_call_seconds = coalesce($9, max_call_seconds),
         ring_seconds = coalesce($10, ring_seconds), host_keys = coalesce($11, host_keys),
         rate_min_coins = case when $12 then $13 else rate_min_coins end, rate_max_coins = case when $12 then $14 else rate_max_coins end,
         rate_bound_seconds = case when $12 then $15 else rate_bound_seconds end, spoken_texts = coalesce($16, spoken_texts),
         provider_order = case when $17 then $18::text[] else provider_order end,
         packs = case when $19 then $20::jsonb else packs end, withdrawals = case when $21 then $22::jsonb else withdrawals end,
         kyc = case when $23 then $24::jsonb else kyc end,
         referral = case when $25 then $26::jsonb else referral end, referral_version = referral_version + $25::boolean::integer
       where id = $1 returning *`,
      [
        tenantId,
        change.name ?? null,
        change.currency ?? null,
        change.languages ?? null,
        change.allowedOrigins ?? null,
        change.rate?.coins ?? null,
        change.rate?.seconds ?? null,
        change.sharePercent ?? null,
        change.maxCallSeconds ?? null,
        change.ringSeconds ?? null,
        change.hostKeys === undefined ? null : JSON.stringify(change.hostKeys),
        change.rateBounds !== undefined,
        change.rateBounds?.minCoins ?? null,
        change.rateBounds?.maxCoins ?? null,
        change.rateBounds?.seconds ?? null,
        change.spokenTexts === undefined ? null : JSON.stringify(change.spokenTexts),
        change.providerOrder !== undefined,
        change.providerOrder ?? null,
        change.packs !== undefined,
        change.packs === undefined || change.packs === null ? null : JSON.stringify(change.packs),
        change.withdrawals !== undefined,
        change.withdrawals === undefined || change.withdrawals === null ? null : JSON.stringify(change.withdrawals),
        change.kyc !== undefined,
        change.kyc === undefined || change.kyc === null ? null : JSON.stringify(change.kyc),
        change.referral !== undefined,
        change.referral === undefined || change.referral === null ? null : JSON.stringify(change.referral),
      ],
    )
    return row && read(row)
  },
}

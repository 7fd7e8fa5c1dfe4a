import { withdrawalSettings } from '@impacthub/sdk/contract'
import type { Actor } from '../../base/tenant.ts'
import type { ApiKey } from './key-store.ts'
import { kycRulesOf, type KycRules } from './kyc-rules.ts'
import { packsOf } from './packs.ts'
import { referralPolicyOf } from './referral-policy.ts'
import type { Tenant } from './tenant-store.ts'

/** Everybody sees what the widgets need; the app's own servers see its settings too. */
export function presentTenant(tenant: Tenant, actor: Actor, paidThrough: 'razorpay' | undefined) {
  const shown = {
    id: tenant.appId,
    name: tenant.name,
    mode: tenant.mode,
    rate: tenant.rate,
    currency: tenant.currency,
    languages: [...tenant.languages],
    maxCallSeconds: tenant.maxCallSeconds,
    rateBounds: tenant.rateBounds,
    channels: ['phone' as const, 'browser' as const],
    packs: packsOf(tenant).map((pack) => ({ ...pack })),
    payments: paidThrough === undefined ? null : { provider: paidThrough },
  }
  if (actor.kind !== 'secret') return shown
  return {
    ...shown,
    allowedOrigins: [...tenant.allowedOrigins],
    sharePercent: tenant.sharePercent,
    ringSeconds: tenant.ringSeconds,
    providerOrder: tenant.providerOrder === null ? null : [...tenant.providerOrder],
    spokenTexts: tenant.spokenTexts,
    withdrawals: withdrawalSettings.parse(tenant.withdrawals ?? {}),
    referral: referralPolicyOf(tenant),
    referralVersion: tenant.referralVersion,
    kyc: presentRules(kycRulesOf(tenant)),
    hostKeys: tenant.hostKeys.map(({ kid, kty, crv, x, y }) => ({ kid, kty, crv, x, ...(y === undefined ? {} : { y }) })),
    createdAt: tenant.createdAt.toISOString(),
  }
}

const presentRules = ({ documents, bothSides, providers, ...rules }: KycRules) => ({
  ...rules,
  documents: [...documents],
  bothSides: [...bothSides],
  providers: { aadhaar: [...providers.aadhaar], pan: [...providers.pan], driving_license: [...providers.driving_license] },
})

export function presentKey(key: ApiKey) {
  return {
    id: key.id,
    kind: key.kind,
    label: key.label,
    prefix: key.prefix,
    scopes: key.scopes === null ? null : [...key.scopes],
    allowedIps: key.allowedIps === null ? null : [...key.allowedIps],
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  }
}

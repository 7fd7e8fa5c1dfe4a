import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId, UserActor } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { insertConsent, latestConsent, type Consent } from './consent-store.ts'
import type { KycDeps } from './kyc-deps.ts'
import type { ConsentGiven } from './kyc-standing.ts'
import { currentVersion, noticeIn, textOf } from './notices.ts'
import { lockProfile } from './profile-store.ts'

export interface ConsentWish {
  readonly version: string
  readonly language: string
}

/**
 * Writes down that the user agreed to the notice that holds now, word for word, with time and address. Agreeing again to the same text writes
 * nothing. Killed before its commit, nothing was agreed to, and nothing can be uploaded; after it, it stands.
 */
export async function giveConsent(
  { clock }: Pick<KycDeps, 'clock'>,
  tx: Tx,
  { tenant, userId }: UserActor,
  { version, language }: ConsentWish,
  ip: string,
): Promise<Consent> {
  if (version !== currentVersion) fail('consent_required', { detail: `The notice that holds now is ${currentVersion}; show that one.` })
  const now = clock.now()
  // Two at once are one after the other, and of an erasure that goes on now the last word is known.
  await lockProfile(tx, tenant.id, userId, now)
  const notice = noticeIn(language)
  const known = await latestConsent(tx, tenant.id, userId)
  if (known?.kind === 'given' && known.version === version && known.language === notice.language) return known
  const consent = {
    id: newId('kcn', now),
    kind: 'given',
    version,
    language: notice.language,
    text: textOf(notice),
    fromIp: ip,
    at: now,
  } as const
  await insertConsent(tx, tenant.id, userId, consent)
  return consent
}

/** What the user agreed to, when they did to what holds now; undefined: they did not, or took it back. */
export async function consentOf(tx: Tx, tenantId: TenantId, userId: string): Promise<Consent | undefined> {
  const latest = await latestConsent(tx, tenantId, userId)
  return latest?.kind === 'given' && latest.version === currentVersion ? latest : undefined
}

export const consentGiven: ConsentGiven = async (tx, tenantId, userId) => (await consentOf(tx, tenantId, userId)) !== undefined

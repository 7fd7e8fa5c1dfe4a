import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { UserActor } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { insertConsent, latestConsent, type Consent } from './consent-store.ts'
import type { KycDeps } from './kyc-deps.ts'
import type { MayBeTaken } from './kyc-standing.ts'
import { rulesFor } from './move-submission.ts'
import { currentVersion, noticeIn, textOf } from './notices.ts'
import { lockProfile } from './profile-store.ts'

export interface ConsentWish {
  readonly version: string
  readonly language: string
}

/**
 * Writes down that the user agreed to the notice that holds now, word for word, with time and address. Agreeing again to the same text writes
 * nothing. Killed before its commit, nothing was agreed to; after it, it stands.
 */
export async function giveConsent(
  { clock }: Pick<KycDeps, 'clock'>,
  tx: Tx,
  { tenant, userId }: UserActor,
  wish: ConsentWish,
  ip: string,
): Promise<Consent> {
  const { version, language, text } = noticeOf(wish)
  const now = clock.now()
  // Two at once are one after the other, and of an erasure that goes on now the last word is known.
  await lockProfile(tx, tenant.id, userId, now)
  const known = await latestConsent(tx, tenant.id, userId)
  if (known?.kind === 'given' && known.version === version && known.language === language) return known
  const consent = { id: newId('kcn', now), kind: 'given', version, language, text, fromIp: ip, at: now } as const
  await insertConsent(tx, tenant.id, userId, consent)
  return consent
}

/** Only the platform's own notice of now can be agreed to. */
export function refuseOtherNotice({ version }: ConsentWish): void {
  if (version !== currentVersion) fail('consent_required', { detail: `The notice that holds now is ${currentVersion}; show that one.` })
}

/** What was agreed to. Of an app's own notice the version is all that the platform knows: the app keeps its words. */
function noticeOf({ version: told, language }: ConsentWish): {
  readonly version: string
  readonly language: string
  readonly text: string
} {
  const [spoken = 'en'] = language.toLowerCase().split('-')
  const version = hideAadhaar(told)
  if (version !== currentVersion) return { version, language: spoken, text: `The app’s own notice, version ${version}.` }
  const notice = noticeIn(spoken)
  return { version, language: notice.language, text: textOf(notice) }
}

/**
 * Whether a user's document may be taken. Who took their consent back gives none before they agree anew; before they have said anything, it
 * is for the app whether a notice comes first, and no provider is asked until a submission brings the consent.
 */
export const mayBeTaken =
  (deps: Pick<KycDeps, 'directory'>): MayBeTaken =>
  async (tx, tenantId, userId) => {
    const latest = await latestConsent(tx, tenantId, userId)
    if (latest?.kind === 'withdrawn') return false
    return latest?.version === currentVersion || !(await rulesFor(deps, tenantId)).consentFirst
  }

import { everyTenant } from '../../base/tenant.ts'
import type { Vault } from '../../base/vault.ts'
import type { Db } from '../../db/connect.ts'
import type { PeriodicJob } from '../../jobs/periodic.ts'
import type { TaskHandler } from '../../jobs/runner.ts'
import { checkSubmission } from './check-submission.ts'
import type { KycDeps } from './kyc-deps.ts'
import { announceKyc, expireVerification, forgetOld, giveUp } from './kyc-tasks.ts'
import { rewrapSecrets } from './secret-store.ts'

export { askAgain } from './kyc-tasks.ts'
export { eraseIdentity } from './erase-identity.ts'
export { mayBeTaken } from './give-consent.ts'
export type { KycDeps } from './kyc-deps.ts'
export type { KycStatus, MayBeTaken, OnKycLost, PayoutStanding, ReadPayoutStanding } from './kyc-standing.ts'
export { matchNames, type NameMatch } from './match-names.ts'
export { isBeingRead, payoutStandingBy } from './read-standing.ts'

/** What the rest of the platform needs of identities. */
export interface KycWork {
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** Somebody waits for these. */
  readonly urgentKinds: readonly string[]
  /** Those that wait for a provider. */
  readonly slowKinds: readonly string[]
  readonly jobs: readonly PeriodicJob[]
}

const hourMs = 3_600_000

export const createKyc = (deps: KycDeps): KycWork => ({
  handlers: {
    'kyc.check': (task) => checkSubmission(deps, task),
    'kyc.give-up': (task) => giveUp(deps, task),
    'kyc.expire': (task) => expireVerification(deps, task),
    'kyc.forget': (task) => forgetOld(deps, task),
    'kyc.announce': (task) => announceKyc(deps, task),
  },
  urgentKinds: ['kyc.announce'],
  slowKinds: ['kyc.check'],
  jobs: [{ name: 'rewrap-kyc-secrets', everyMs: hourMs, run: () => rewrapIdentities(deps) }],
})

const batch = 500

/** Wraps anew what an older master key wraps. Done twice, or broken off, it goes on where it stopped. */
export async function rewrapIdentities({ db, vault }: { readonly db: Db; readonly vault: Vault }): Promise<void> {
  while ((await db.transact(everyTenant, (tx) => rewrapSecrets(tx, vault, batch))) === batch);
}

import { everyTenant, type Mode, type TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { PeriodicJob } from '../../jobs/periodic.ts'
import type { TaskHandler } from '../../jobs/runner.ts'
import type { Delivery } from '../../providers/payouts/port.ts'
import { announceWithdrawal } from './announce-withdrawal.ts'
import { askTask } from './ask-provider.ts'
import { checkTask } from './check-payee.ts'
import { hearDelivery, type Hearing } from './hear-payout.ts'
import { onKycLost } from './lose-kyc.ts'
import { destroyLeftPayees, destroyPayees, rewrapPayees } from './payee-store.ts'
import { sendTask } from './send-withdrawal.ts'
import type { WithdrawalDeps } from './withdrawal-deps.ts'

export type { WithdrawalDeps } from './withdrawal-deps.ts'
export type { WithdrawalTermsSet } from './terms.ts'

/** What the rest of the platform needs of withdrawals. */
export interface Withdrawals {
  /** Whether a payment provider's message is for here. */
  isAbout(mode: Mode, delivery: Delivery): boolean
  /** Takes in what a provider tells by itself. */
  hear(mode: Mode, delivery: Delivery): Promise<Hearing>
  /** A user (`usr_…`) stops being verified, in the caller's transaction, which holds their standing. */
  onKycLost(tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<void>
  /** A user is deleted: what has not been sent is called off, and what is known of their accounts is destroyed. */
  forgetUser(tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<void>
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** Somebody waits to be told. */
  readonly urgentKinds: readonly string[]
  /** Those that wait for the provider. */
  readonly slowKinds: readonly string[]
  readonly jobs: readonly PeriodicJob[]
}

const hourMs = 3_600_000
const batch = 500

/** Wraps anew what an older master key wraps. Done twice, or broken off, it goes on where it stopped. */
export async function rewrapAccounts({ db, vault }: Pick<WithdrawalDeps, 'db' | 'vault'>): Promise<void> {
  while ((await db.transact(everyTenant, (tx) => rewrapPayees(tx, vault, batch))) === batch);
}

/** Keeps what is sealed under the newest master key, and nothing of people who are gone. */
async function tendPayees(deps: WithdrawalDeps): Promise<void> {
  await deps.db.transact(everyTenant, (tx) => destroyLeftPayees(tx, deps.clock.now()))
  await rewrapAccounts(deps)
}

export function createWithdrawals(deps: WithdrawalDeps): Withdrawals {
  return {
    isAbout: (mode, delivery) => deps.payoutsOf(mode)?.isAbout(delivery) === true,
    hear: (mode, delivery) => hearDelivery(deps, mode, delivery),
    onKycLost: (tx, tenantId, userId, now) => onKycLost(deps, tx, tenantId, userId, now),
    async forgetUser(tx, tenantId, userId, now) {
      await onKycLost(deps, tx, tenantId, userId, now)
      await destroyPayees(tx, tenantId, userId, now)
    },
    handlers: {
      'withdrawal.check': (task) => checkTask(deps, task),
      'withdrawal.send': (task) => sendTask(deps, task),
      'withdrawal.ask': (task) => askTask(deps, task),
      'withdrawal.announce': (task) => announceWithdrawal(deps, task),
    },
    urgentKinds: ['withdrawal.announce'],
    slowKinds: ['withdrawal.check', 'withdrawal.send', 'withdrawal.ask'],
    jobs: [{ name: 'tend-payees', everyMs: hourMs, run: () => tendPayees(deps) }],
  }
}

import { after } from '../../base/clock.ts'
import { everyTenant, type Mode } from '../../base/tenant.ts'
import type { PeriodicJob } from '../../jobs/periodic.ts'
import type { TaskHandler } from '../../jobs/runner.ts'
import type { Delivery } from '../../providers/payments/port.ts'
import { announceTopup } from './announce-topup.ts'
import { askTask } from './ask-provider.ts'
import { forgetNews } from './event-store.ts'
import { applyNews, hearPayment, type Hearing } from './hear-payment.ts'
import { refundTask } from './refund-topup.ts'
import type { TopupDeps } from './topup-deps.ts'

export type { Hearing } from './hear-payment.ts'
export type { TopupDeps } from './topup-deps.ts'
export { keptTopup, type KeptTopup } from './kept-money-store.ts'

/** What the rest of the platform needs of top-ups. */
export interface Topups {
  /** Takes in what a provider tells by itself. */
  hear(mode: Mode, delivery: Delivery): Promise<Hearing>
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** Somebody waits for their coins. */
  readonly urgentKinds: readonly string[]
  /** Those that wait for the provider. */
  readonly slowKinds: readonly string[]
  readonly jobs: readonly PeriodicJob[]
}

const day = 24 * 3_600_000
const keptDays = 30
const batch = 1_000

/** What providers told stays known for thirty days, so that a repetition changes nothing. */
async function forgetOld({ db, clock }: TopupDeps): Promise<void> {
  const before = after(clock.now(), -keptDays * day)
  while ((await db.transact(everyTenant, (tx) => forgetNews(tx, before, batch))) === batch);
}

export function createTopups(deps: TopupDeps): Topups {
  return {
    hear: (mode, delivery) => hearPayment(deps, mode, delivery),
    handlers: {
      'topup.apply': (task) => applyNews(deps, task),
      'topup.ask': (task) => askTask(deps, task),
      'topup.refund': (task) => refundTask(deps, task),
      'topup.announce': (task) => announceTopup(deps, task),
    },
    urgentKinds: ['topup.apply', 'topup.announce'],
    slowKinds: ['topup.ask', 'topup.refund'],
    jobs: [{ name: 'forget-payment-events', everyMs: day / 4, run: () => forgetOld(deps) }],
  }
}

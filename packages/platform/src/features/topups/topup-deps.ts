import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { Logger } from '../../base/logger.ts'
import type { Mode, TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { TaskStore } from '../../db/tasks.ts'
import type { Payments } from '../../providers/payments/port.ts'
import type { FanOut } from '../../realtime/index.ts'
import type { Directory } from '../tenants/index.ts'

export interface TopupDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly cursors: Cursors
  readonly tasks: TaskStore
  readonly directory: Pick<Directory, 'tenant'>
  readonly news: Pick<FanOut, 'toUser' | 'toApp'>
  /** Who takes money in a mode; undefined where nobody does. */
  paymentsOf(mode: Mode): Payments | undefined
  /** Told in the transaction in which a user's (`usr_…`) top-up was paid, or money of it went back or is asked back. */
  readonly onMoney?: ((tx: Tx, tenantId: TenantId, userId: string, what: 'paid' | 'returned', now: Date) => Promise<void>) | undefined
  /** Told in the transaction that gives a user (`usr_…`) coins: a call of theirs may go on for longer. */
  readonly onWalletCredited?: ((tx: Tx, tenantId: TenantId, userId: string, now: Date) => Promise<void>) | undefined
}

/** What outlives the process: working on what was told, asking what was not, sending refunds, telling the clients. */
export const topupTasks = {
  /** What the provider told of a top-up waits to be worked on. */
  apply: (topupId: string) => ({ kind: 'topup.apply', subject: topupId }),
  /** Asks the provider what has become of it. */
  ask: (topupId: string, runAt: Date) => ({ kind: 'topup.ask', subject: topupId, runAt }),
  /** Has a refund made, and follows it until it is over. */
  refund: (refundId: string) => ({ kind: 'topup.refund', subject: refundId }),
  announce: (topupId: string) => ({ kind: 'topup.announce', subject: topupId }),
} as const

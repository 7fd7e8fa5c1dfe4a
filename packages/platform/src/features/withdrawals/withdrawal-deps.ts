import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { Logger } from '../../base/logger.ts'
import type { Mode, TenantId } from '../../base/tenant.ts'
import type { Vault } from '../../base/vault.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { TaskStore } from '../../db/tasks.ts'
import type { Payouts } from '../../providers/payouts/port.ts'
import type { FanOut } from '../../realtime/index.ts'
import type { ReadPayoutStanding } from '../kyc/index.ts'
import type { Directory } from '../tenants/index.ts'

export interface WithdrawalDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly cursors: Cursors
  readonly tasks: TaskStore
  readonly directory: Pick<Directory, 'tenant'>
  readonly news: Pick<FanOut, 'toUser' | 'toApp'>
  readonly vault: Vault
  /** How a user stands, held until the transaction is over: read before any row of a withdrawal is held, so that nobody waits in a circle. */
  readonly standing: ReadPayoutStanding
  /** Told in the transaction in which a user (`usr_…`) names an account to be paid to: its fingerprint. */
  readonly onPayee?: ((tx: Tx, tenantId: TenantId, userId: string, payee: Buffer, now: Date) => Promise<void>) | undefined
  /** Who sends money in a mode; undefined where nobody does. */
  payoutsOf(mode: Mode): Payouts | undefined
}

/** What outlives the process. */
export const withdrawalTasks = {
  /** Finds out whose account it is, and decides whether somebody has to look. */
  check: (withdrawalId: string) => ({ kind: 'withdrawal.check', subject: withdrawalId }),
  /** Gives it to the provider, when its time has come. */
  send: (withdrawalId: string, runAt: Date) => ({ kind: 'withdrawal.send', subject: withdrawalId, runAt }),
  /** Asks the provider what has become of it. */
  ask: (withdrawalId: string, runAt: Date) => ({ kind: 'withdrawal.ask', subject: withdrawalId, runAt }),
  announce: (withdrawalId: string) => ({ kind: 'withdrawal.announce', subject: withdrawalId }),
} as const

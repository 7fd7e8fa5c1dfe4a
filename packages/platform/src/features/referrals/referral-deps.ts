import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { Logger } from '../../base/logger.ts'
import type { Vault } from '../../base/vault.ts'
import type { Bus } from '../../bus/bus.ts'
import type { Db } from '../../db/connect.ts'
import type { TaskStore } from '../../db/tasks.ts'
import type { FanOut } from '../../realtime/index.ts'
import type { Directory } from '../tenants/index.ts'

export interface ReferralDeps {
  readonly db: Db
  readonly bus: Pick<Bus, 'take'>
  readonly clock: Clock
  readonly logger: Logger
  readonly cursors: Cursors
  readonly tasks: TaskStore
  readonly directory: Pick<Directory, 'tenant'>
  readonly news: Pick<FanOut, 'toUser' | 'toApp'>
  readonly vault: Vault
}

/** What outlives the process. */
export const referralTasks = {
  /** Looks at a referral anew: whether what has to happen has happened, whether it is due, and whether what made it right still holds. */
  release: (referralId: string, runAt: Date) => ({ kind: 'referral.release', subject: referralId, runAt }),
  /** Tells both sides how they stand. */
  announce: (referralId: string) => ({ kind: 'referral.announce', subject: referralId }),
} as const

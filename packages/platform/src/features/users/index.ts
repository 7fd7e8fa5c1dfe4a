import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { TenantId, TenantRef } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { Brought, CodeEntry, PolicyNow } from '../referrals/index.ts'
import type { Directory, TokenWish } from '../tenants/index.ts'
import type { UserStore } from './user-store.ts'

export { createUserStore } from './user-store.ts'

export type Status = 'online' | 'busy' | 'offline'

export interface UserDeps {
  readonly db: Db
  readonly clock: Clock
  readonly cursors: Cursors
  readonly directory: Directory
  readonly users: UserStore
  /** Statuses by the host's ids. */
  readonly statuses: (tenantId: TenantId, hostIds: readonly string[]) => Promise<ReadonlyMap<string, Status>>
  /** Their own virtual numbers, by the host's ids. */
  readonly virtualNumbers: (tenantId: TenantId, hostIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Nobody reaches this user (`usr_…`) by a virtual number any more. The one that they had (`num_…`). */
  readonly letGoOfNumber: (tx: Tx, tenantId: TenantId, userId: string) => Promise<string | undefined>
  readonly openWallet: (tx: Tx, tenantId: TenantId, userId: string) => Promise<void>
  /** By what they brought they are known again who make another account. */
  readonly leaveTraces: (tx: Tx, tenantId: TenantId, userId: string, brought: Brought, now: Date) => void
  /** By what the code is judged. Asked before a transaction begins. */
  readonly referralPolicy: (tenantId: TenantId) => Promise<PolicyNow>
  /** The user has brought a code: whatever becomes of it, they are made. */
  readonly redeemAtSignup: (tx: Tx, tenantId: TenantId, entry: Omit<CodeEntry, 'via'>) => Promise<void>
  /** The user (`usr_…`) has been blocked, or is reached in another way: what was given for them is looked at again. */
  readonly onPersonChanged: (tx: Tx, tenantId: TenantId, userId: string, now: Date) => Promise<void>
  readonly inCall: (tx: Tx, tenantId: TenantId, userId: string) => Promise<boolean>
  readonly mint: (tx: Tx, tenant: TenantRef, token: TokenWish) => Promise<{ token: string; expiresAt: Date }>
  /** Those who watch these users (`usr_…`) look anew. */
  readonly presenceHint: (tenantId: TenantId, userIds: readonly string[]) => Promise<void>
  /** Whether the user has talked enough today, after a change of how much that is. */
  readonly measureDay: (tx: Tx, tenantId: TenantId, userId: string) => Promise<void>
  /** Nobody waits for this user any more, and they for nobody; with `otherId`: between these two only. */
  readonly endWaits: (tx: Tx, tenantId: TenantId, userId: string, otherId?: string) => Promise<void>
  /** What the user wrote about their calls, and what is known of who they are, goes with them. */
  readonly forgetTraces: (tx: Tx, tenantId: TenantId, userId: string) => Promise<void>
  /** Ends the user's sockets in every process. */
  readonly revoke: (tenantId: TenantId, userId: string) => Promise<void>
}

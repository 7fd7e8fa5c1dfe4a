import type { RealtimeEvents, RealtimeEventType, WalletBalances } from '@impacthub/sdk/contract'
import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { Logger } from '../../base/logger.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Db, Sql, Tx } from '../../db/connect.ts'
import type { TaskStore } from '../../db/tasks.ts'
import type { Providers } from '../../providers/telephony/choose.ts'
import type { Telephony } from '../../providers/telephony/port.ts'
import type { BrowserParts } from './browser/browser-parts.ts'

/** How live connections hear of a call. Best effort: the API knows. */
export interface CallNews {
  toUser<T extends RealtimeEventType>(tenantId: TenantId, userId: string, type: T, data: RealtimeEvents[T]): Promise<void>
  toApp<T extends RealtimeEventType>(tenantId: TenantId, type: T, data: RealtimeEvents[T]): Promise<void>
  presenceHint(tenantId: TenantId, userIds: readonly string[]): Promise<void>
}

export interface CallDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly tasks: TaskStore
  readonly cursors: Cursors
  readonly news: CallNews
  /** What is in the wallets of these users (`usr_…`) now; those who are gone are left out. */
  walletsOf(tx: Sql, tenantId: TenantId, userIds: readonly string[]): Promise<ReadonlyMap<string, WalletBalances>>
  /** The provider of this name in the tenant's mode; `provider_unavailable` where it is not configured (any more). */
  telephonyFor(tenantId: TenantId, provider: string): Promise<Telephony>
  /** All providers of the tenant's mode. */
  providersFor(tenantId: TenantId): Promise<Providers>
  /** Whether this user (`usr_…`) has a live connection. */
  isConnected(tenantId: TenantId, userId: string): Promise<boolean>
  /** Whether a virtual number (`num_…`) may be dialled by this phone once more; null: by one that is withheld. */
  mayDial(numberId: string, phone: string | null): Promise<boolean>
  /** Told in the transaction in which a caller (`usr_…`) was charged, or got a charge back. */
  readonly onMoney?: ((tx: Tx, tenantId: TenantId, callerId: string, what: 'paid' | 'returned', now: Date) => Promise<void>) | undefined
  /** The secrets in calls' addresses follow from it. */
  readonly masterKey: Buffer
  /** Where the provider reaches us. */
  publicUrl(): string
  readonly browser: BrowserParts
}

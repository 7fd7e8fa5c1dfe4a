import { createCursors, type Cursors } from '../base/cursor.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { createVault, keysFrom, type MasterKey, type Vault } from '../base/vault.ts'
import type { Bus } from '../bus/bus.ts'
import type { Limits } from '../config/settings.ts'
import type { ContentReader } from '../content/port.ts'
import { createContentReader } from '../content/reader.ts'
import { connect, type Connection, type Db } from '../db/connect.ts'
import { hostedBy, type TaskHost } from '../db/task-host.ts'
import { taskQueue, type TaskQueue } from '../db/tasks-store.ts'
import type { IceSettings } from '../features/calls/index.ts'
import { createDirectory, type Directory } from '../features/tenants/index.ts'
import type { Reach } from '../http/outbound/public-address.ts'
import { createAuthenticator, type Authenticator } from '../http/authenticate.ts'
import { createRateLimiter, type RateLimiter } from '../http/rate-limit.ts'
import { fail } from '../base/problem.ts'
import type { Mode } from '../base/tenant.ts'
import type { KycProviders } from '../providers/kyc/choose.ts'
import type { Payments } from '../providers/payments/port.ts'
import type { Payouts } from '../providers/payouts/port.ts'
import { noStorage, type BlobStorage } from '../providers/storage/port.ts'
import type { ThrowawayList } from '../providers/throwaway-list/port.ts'
import { chooseTelephony, type Providers, type TelephonyChoice } from '../providers/telephony/choose.ts'
import { createFanOut, type FanOut } from '../realtime/index.ts'

/** What a platform is made of; everything that differs between a laptop, a cluster and a test comes in here. */
export interface PlatformParts {
  readonly connection: Connection
  readonly poolSize?: number
  readonly bus: Bus
  readonly clock: Clock
  readonly logger: Logger
  readonly masterKey: Buffer
  /** What identity data is sealed with; made from the master key when it is not said. */
  readonly vaultKeys?: readonly MasterKey[] | undefined
  /** Where sealed pictures of documents are kept; none can be uploaded when it is not said. */
  readonly storage?: BlobStorage
  readonly limits: Limits
  readonly publicUrl: string
  readonly trustedProxies: readonly string[]
  readonly metricsToken: string | undefined
  /** How far test mode's webhooks may go; to public hosts only when it is not said. Live mode's never go elsewhere. */
  readonly webhookReach?: Reach
  /** How browsers find a way to each other beyond their own networks; none when it is not said. */
  readonly ice?: IceSettings
  /** Test mode's telephone providers and live mode's. */
  readonly telephony: { readonly test: Providers; readonly live: Providers }
  /** Who takes money in each mode; coins cannot be bought where nobody does. */
  readonly payments?: { readonly [mode in Mode]?: Payments | undefined }
  /** Who pays people out in each mode; withdrawals are paid by hand where nobody does. */
  readonly payouts?: { readonly [mode in Mode]?: Payouts | undefined }
  /** Who is asked about identities in each mode; a reviewer decides where nobody is. */
  readonly kyc?: { readonly [mode in Mode]?: KycProviders | undefined }
  /** Where newer throwaway domains of mail are read; only those that come with the platform are known when it is not said. */
  readonly throwawayList?: ThrowawayList | undefined
}

/** What every feature stands on. */
export interface Foundation extends Omit<PlatformParts, 'connection' | 'poolSize' | 'limits' | 'telephony'> {
  readonly db: Db
  readonly queue: TaskQueue
  /** Who does the tasks that are added in another way than by a transaction of `db`. */
  readonly host: TaskHost
  readonly cursors: Cursors
  readonly vault: Vault
  readonly storage: BlobStorage
  /** Opens what strangers send. */
  readonly reader: ContentReader
  readonly directory: Directory
  readonly auth: Authenticator
  readonly limiter: RateLimiter
  readonly fanOut: FanOut
  readonly telephony: TelephonyChoice
}

/** `host` is given the work that is left by each commit. */
export function layFoundation(parts: PlatformParts, host: TaskHost): Foundation {
  const { bus, clock, logger } = parts
  const pool = connect(parts.connection, parts.poolSize === undefined ? {} : { poolSize: parts.poolSize })
  const db = hostedBy(pool, host)
  const directory = createDirectory(db, bus, clock)
  return {
    ...parts,
    db,
    host,
    queue: taskQueue(pool),
    cursors: createCursors(parts.masterKey),
    vault: createVault(keysFrom(parts.masterKey, parts.vaultKeys)),
    reader: createContentReader(logger),
    storage: parts.storage ?? noStorage,
    directory,
    auth: createAuthenticator(directory, clock),
    limiter: createRateLimiter(bus, parts.limits),
    fanOut: createFanOut(bus, logger),
    telephony: chooseTelephony({ ...parts.telephony, modeOf: async (id) => ((await directory.tenant(id)) ?? fail('not_found')).mode }),
  }
}

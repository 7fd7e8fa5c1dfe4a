import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { Logger } from '../../base/logger.ts'
import type { Mode } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'
import type { UrlRules } from '../../http/outbound/check-url.ts'
import type { Outbound } from '../../http/outbound/outbound.ts'
import type { Reach } from '../../http/outbound/public-address.ts'
import type { Directory } from '../tenants/index.ts'

export interface WebhookDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly cursors: Cursors
  readonly directory: Directory
  /** Seals the secrets; outside the database. */
  readonly masterKey: Buffer
  readonly outbound: Outbound
  /** How far test mode's webhooks may go. */
  readonly webhookReach: Reach
}

/** Live mode's webhooks go to public hosts over https, whatever the operator has set. */
export const rulesOf = (mode: Mode, webhookReach: Reach): UrlRules =>
  mode === 'live' ? { reach: 'public', plain: false } : { reach: webhookReach, plain: true }

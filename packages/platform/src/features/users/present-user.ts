import type { TenantId } from '../../base/tenant.ts'
import { chargedRate, type RateBounds } from '../presence/index.ts'
import type { Status, UserDeps } from './index.ts'
import type { UserRow } from './user-row.ts'

/** What an answer about a user needs besides the row. */
export interface Surroundings {
  readonly now: Date
  readonly presence: Status
  readonly bounds: RateBounds | null
  readonly virtualNumber: string | null
}

/** Asked before a transaction begins. Nobody is offline for being unknown in another way than for being away. */
export async function surroundingsOf(
  deps: Pick<UserDeps, 'statuses' | 'virtualNumbers' | 'directory' | 'clock'>,
  tenantId: TenantId,
  hostId: string,
): Promise<Surroundings> {
  const [statuses, numbers, bounds] = await Promise.all([
    deps.statuses(tenantId, [hostId]),
    deps.virtualNumbers(tenantId, [hostId]),
    boundsOf(deps, tenantId),
  ])
  return { presence: statuses.get(hostId) ?? 'offline', bounds, virtualNumber: numbers.get(hostId) ?? null, now: deps.clock.now() }
}

export const boundsOf = async ({ directory }: Pick<UserDeps, 'directory'>, tenantId: TenantId): Promise<RateBounds | null> =>
  (await directory.tenant(tenantId))?.rateBounds ?? null

export const rateOf = (coins: number | null, seconds: number | null) => (coins === null || seconds === null ? null : { coins, seconds })

/** Built field by field: phone and e-mail are in no answer. */
export function presentUser(user: UserRow, { presence, bounds, virtualNumber, now }: Surroundings) {
  const { quietHours, availableUntil } = user
  // A wish that has run out is none any more.
  const wished = availableUntil === null || availableUntil > now
  return {
    id: user.id,
    userId: user.hostId,
    displayName: user.displayName,
    rate: chargedRate({
      own: rateOf(user.ownRateCoins, user.ownRateSeconds),
      given: rateOf(user.rateCoins, user.rateSeconds),
      bounds,
    }),
    languages: user.languages,
    referralCode: user.referralCode,
    presence,
    availability: wished ? user.availability : ('auto' as const),
    until: wished ? (availableUntil?.toISOString() ?? null) : null,
    quietHours: quietHours === null ? null : { ...quietHours },
    timeZone: user.timeZone,
    maxCallSeconds: user.maxCallSeconds,
    maxSecondsPerDay: user.maxSecondsPerDay,
    virtualNumber,
    kycStatus: user.kycStatus,
    hasPhone: user.phone !== null,
    blocked: user.blocked,
    createdAt: user.createdAt.toISOString(),
  }
}

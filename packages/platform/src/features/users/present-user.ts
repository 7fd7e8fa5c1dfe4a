import type { TenantId } from '../../base/tenant.ts'
import type { Status, UserDeps } from './index.ts'
import type { UserRow } from './user-row.ts'

/** Nobody is offline for being unknown in another way than for being away. */
export async function statusOf({ statuses }: Pick<UserDeps, 'statuses'>, tenantId: TenantId, hostId: string): Promise<Status> {
  return (await statuses(tenantId, [hostId])).get(hostId) ?? 'offline'
}

/** Built field by field: phone and e-mail are in no answer. */
export function presentUser(user: UserRow, presence: Status) {
  return {
    id: user.id,
    userId: user.hostId,
    displayName: user.displayName,
    rate: user.rateCoins === null || user.rateSeconds === null ? null : { coins: user.rateCoins, seconds: user.rateSeconds },
    languages: user.languages,
    referralCode: user.referralCode,
    presence,
    virtualNumber: null,
    kycStatus: 'not_started' as const,
    hasPhone: user.phone !== null,
    blocked: user.blocked,
    createdAt: user.createdAt.toISOString(),
  }
}

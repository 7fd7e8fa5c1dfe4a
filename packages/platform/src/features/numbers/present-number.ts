import type { VirtualNumber } from './number-store.ts'

export function presentNumber(number: VirtualNumber, now: Date) {
  const cooling = number.coolingUntil !== null && number.coolingUntil > now
  return {
    id: number.id,
    provider: number.provider,
    phoneNumber: number.phoneNumber,
    country: number.country,
    type: number.type,
    status: cooling ? ('cooling' as const) : ('active' as const),
    coolingUntil: cooling ? (number.coolingUntil?.toISOString() ?? null) : null,
    leaving: number.leaving,
    receivesCalls: number.receivesAt !== null,
    userId: number.hostUserId,
    createdAt: number.createdAt.toISOString(),
  }
}

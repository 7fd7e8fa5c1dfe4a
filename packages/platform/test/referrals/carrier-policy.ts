/** What docs/referrals.md advises where most users come through a carrier’s shared addresses. */
export const carrierPolicy = {
  preset: 'carrier-tolerant',
  caps: { perReferrerPerHour: 10, perReferrerPerDay: 30 },
  checks: { relayEmail: 'score' },
} as const

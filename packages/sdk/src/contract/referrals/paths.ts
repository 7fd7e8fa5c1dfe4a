/** Method and path of each route: all that a client needs to know of it. */
export const referralPaths = {
  get: 'GET /v1/referral',
  redeem: 'POST /v1/referral/redemptions',
} as const

/** Asked by pages on which nobody has signed in yet. */
export const referralVisitPaths = {
  visit: 'POST /v1/referral/visits',
} as const

export const referralServerPaths = {
  list: 'GET /v1/referral/redemptions',
  get: 'GET /v1/referral/redemptions/{referralId}',
  review: 'POST /v1/referral/redemptions/{referralId}/review',
  reverse: 'POST /v1/referral/redemptions/{referralId}/reverse',
} as const

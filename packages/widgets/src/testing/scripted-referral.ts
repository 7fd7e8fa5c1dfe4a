import type { CallOptions, ConnectClient, Redemption, ReferralStanding } from '@impacthub/sdk'

export const standing: ReferralStanding = {
  userId: 'asha',
  code: 'KT7WQ3M',
  link: 'https://talk.example/join?ref=KT7WQ3M',
  invited: 7,
  joined: 3,
  rewarded: 2,
  pending: 1,
  coinsEarned: 100,
  terms: { referrerCoins: 50, refereeCoins: 50, release: { after: 'signup' }, expiresDays: 90 },
  canRedeem: false,
  redemption: null,
}

/** Somebody who has just signed up. */
export const newcomer: Partial<ReferralStanding> = { invited: 0, joined: 0, rewarded: 0, pending: 0, coinsEarned: 0, canRedeem: true }

/** What the scripted platform answers about invitations. */
export interface ReferralScript {
  readonly standing?: Partial<ReferralStanding> | (() => Promise<ReferralStanding>)
  readonly redeem?: (wish: { readonly code: string; readonly deviceId: string }, options: CallOptions | undefined) => Promise<Redemption>
  readonly visit?: (code: string) => void
}

export const referralOf = (script: ReferralScript): Partial<ConnectClient['referral']> => ({
  get: () => (typeof script.standing === 'function' ? script.standing() : Promise.resolve({ ...standing, ...script.standing })),
  redeem: (wish, options) => script.redeem?.(wish, options) ?? Promise.resolve({ id: 'ref_1', status: 'rewarded', coins: 50 }),
  visit: ({ code }) => {
    script.visit?.(code)
    return Promise.resolve()
  },
})

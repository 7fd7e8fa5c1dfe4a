import type { App, Call, Pack, Presence, PresenceStatus, Topup, User, Waiting, Wallet, WalletTransaction } from '@impacthub/sdk'

/** Records as the platform gives them, for stories and tests. */
export const asha = 'asha'
export const ravi = 'ravi'

export const packs: readonly Pack[] = [
  { id: 'small', coins: 100, bonusCoins: 0, amount: 9_900, currency: 'INR', label: null },
  { id: 'medium', coins: 500, bonusCoins: 50, amount: 44_900, currency: 'INR', label: 'Most bought' },
  { id: 'large', coins: 1_000, bonusCoins: 150, amount: 79_950, currency: 'INR', label: null },
]

export const app: App = {
  id: 'app_01hzy8f2k3m4n5p6q7r8s9t0vw',
  name: 'Talk Now',
  mode: 'test',
  rate: { coins: 10, seconds: 60 },
  currency: 'INR',
  languages: ['en', 'hi'],
  maxCallSeconds: 3_600,
  rateBounds: null,
  channels: ['phone', 'browser'],
  packs: [...packs],
  payments: { provider: 'razorpay' },
}

/** A top-up of the middle pack as it has just been made. */
export const topup: Topup = {
  id: 'top_01hzy8f2k3m4n5p6q7r8s9t0vw',
  userId: asha,
  status: 'created',
  packId: 'medium',
  coins: 500,
  bonusCoins: 50,
  amount: 44_900,
  currency: 'INR',
  refundedAmount: 0,
  failure: null,
  createdAt: '2026-01-05T10:00:00Z',
  paidAt: null,
  checkout: {
    provider: 'razorpay',
    keyId: 'rzp_test_1234567890abcd',
    orderId: 'order_Ab12Cd34Ef56Gh',
    scriptUrl: 'https://checkout.example/v1/checkout.js',
    name: 'Talk Now',
    description: '550 coins',
    amount: 44_900,
    currency: 'INR',
    prefill: { name: 'Asha Menon' },
  },
}

/** Ravi as others see him; without a rate of his own the app's counts. */
export const raviIs = (status: PresenceStatus, rate: Presence['rate'] = null): readonly Presence[] => [{ userId: ravi, status, rate }]

export const user: User = {
  id: 'usr_01hzy8f2k3m4n5p6q7r8s9t0vw',
  userId: asha,
  displayName: 'Asha',
  rate: null,
  languages: ['en'],
  referralCode: 'ASHA7K',
  presence: 'online',
  availability: 'auto',
  until: null,
  quietHours: null,
  timeZone: null,
  maxCallSeconds: null,
  maxSecondsPerDay: null,
  virtualNumber: null,
  kycStatus: 'not_started',
  hasPhone: true,
  blocked: false,
  createdAt: '2026-01-05T09:00:00Z',
}

export const ringing: Call = {
  id: 'call_01hzy8f2k3m4n5p6q7r8s9t0vw',
  direction: 'outbound',
  callerId: asha,
  calleeId: ravi,
  callerName: 'Asha Menon',
  calleeName: 'Ravi Kumar',
  channel: 'phone',
  provider: 'twilio',
  status: 'ringing',
  endReason: null,
  rate: { coins: 10, seconds: 60 },
  heldCoins: 120,
  chargedCoins: 0,
  earnedCoins: 0,
  durationSeconds: 0,
  limitSeconds: 720,
  estimated: true,
  settled: false,
  number: '+918000000001',
  canEnd: true,
  peers: null,
  missed: false,
  disputed: false,
  refundedCoins: 0,
  routing: null,
  providerIds: null,
  hangupCauses: { caller: null, callee: null },
  createdAt: '2026-01-05T10:00:00Z',
  acceptedAt: null,
  answeredAt: null,
  endedAt: null,
}

export const initiated: Call = { ...ringing, status: 'initiated' }
export const running: Call = {
  ...ringing,
  status: 'in_progress',
  acceptedAt: '2026-01-05T10:00:10Z',
  answeredAt: '2026-01-05T10:00:10Z',
  durationSeconds: 125,
  chargedCoins: 30,
}
export const ended: Call = {
  ...running,
  status: 'completed',
  endReason: 'caller_hangup',
  durationSeconds: 725,
  chargedCoins: 130,
  endedAt: '2026-01-05T10:12:15Z',
}
export const settled: Call = {
  ...ended,
  settled: true,
  estimated: false,
  earnedCoins: 65,
  hangupCauses: { caller: 'completed', callee: 'completed' },
}
export const unanswered: Call = {
  ...ringing,
  status: 'no_answer',
  missed: true,
  endReason: 'no_answer',
  endedAt: '2026-01-05T10:00:40Z',
  settled: true,
  estimated: false,
}

/** A place in Ravi's queue. */
export const placeAt = (position: number, turnUntil: string | null = null): Waiting => ({
  calleeId: ravi,
  position,
  turnUntil,
  joinedAt: '2026-01-05T10:00:00Z',
  expiresAt: '2026-01-05T12:00:00Z',
})

/** The same from browser to browser. */
const inBrowser = {
  channel: 'browser',
  provider: 'browser',
  number: null,
  peers: { caller: 'tab-of-asha-0000', callee: null },
} as const satisfies Partial<Call>
export const browserRinging: Call = { ...ringing, ...inBrowser }
export const browserAccepted: Call = {
  ...browserRinging,
  peers: { caller: 'tab-of-asha-0000', callee: 'tab-of-ravi-0000' },
  acceptedAt: '2026-01-05T10:00:08Z',
}
export const browserRunning: Call = { ...running, ...inBrowser, peers: browserAccepted.peers }

const row = (index: number, rest: Partial<WalletTransaction>): WalletTransaction => ({
  id: `txn_${String(index).padStart(26, '0')}`,
  type: 'credit',
  coins: 100,
  buckets: { purchased: 100 },
  reference: null,
  description: '',
  createdAt: new Date(Date.UTC(2026, 0, 5, 10, 0) - index * 5_400_000).toISOString(),
  ...rest,
})

const withRavi = { side: 'caller', partnerId: ravi, partnerName: 'Ravi Kumar', seconds: 125, settled: true } as const
const callWithRavi = { reference: { type: 'call', id: 'call_01hzy8f2k3m4n5p6q7r8s9t0vw' }, call: withRavi } as const

export const transactions: readonly WalletTransaction[] = [
  row(1, {
    type: 'call_settlement',
    coins: 90,
    buckets: { held: -120, bonus: 20, purchased: 70 },
    description: 'Call with Ravi Kumar',
    ...callWithRavi,
  }),
  row(2, {
    type: 'call_hold',
    coins: -120,
    buckets: { held: 120, bonus: -50, purchased: -70 },
    description: 'Held for a call with Ravi Kumar',
    ...callWithRavi,
  }),
  row(3, {
    type: 'call_settlement',
    coins: 65,
    buckets: { earned: 65 },
    description: 'Call with Meera Iyer',
    reference: { type: 'call', id: 'call_01hzy8f2k3m4n5p6q7r8s9t0vx' },
    call: { side: 'callee', partnerId: 'meera', partnerName: 'Meera Iyer', seconds: 725, settled: true },
  }),
  row(4, { type: 'topup', reference: { type: 'topup', id: 'top_01hzy8f2k3m4n5p6q7r8s9t0vw' }, description: 'Top-up of 100 coins' }),
  row(5, { coins: 50, buckets: { bonus: 50 }, description: 'Welcome bonus' }),
  row(6, { type: 'debit', coins: -20, buckets: { purchased: -20 }, description: 'Gift' }),
  ...Array.from({ length: 19 }, (_, index) => row(index + 7, { coins: 10, buckets: { purchased: 10 }, description: `Pack ${index + 1}` })),
]

export const wallet: Wallet = {
  userId: asha,
  balance: 1_245,
  buckets: { bonus: 30, purchased: 1_150, earned: 65, held: 0 },
  withdrawable: 65,
  expiring: null,
  owedCoins: 0,
  transactions: transactions.slice(0, 20),
  referralCode: 'ASHA7K',
}

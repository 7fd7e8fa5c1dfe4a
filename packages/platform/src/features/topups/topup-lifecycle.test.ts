import { describe, expect, it } from 'vitest'
import { nextAsk } from './ask-schedule.ts'
import { isForward, isRefundForward, keptOf, outcomeOf, returnedOf, statusOf } from './topup-lifecycle.ts'
import { nothingTaken, type Topup, type TopupDispute, type TopupPayment, type TopupRefund } from './topup-row.ts'

const topup: Topup = {
  id: 'top_1',
  userId: 'usr_1',
  hostUserId: 'asha',
  userName: 'Asha',
  userIsGone: false,
  provider: 'razorpay',
  mode: 'test',
  packId: 'pack-100',
  coins: 100,
  bonusCoins: 0,
  amount: 9_900,
  currency: 'INR',
  status: 'created',
  failure: null,
  orderId: 'order_1',
  orderTries: 1,
  paymentId: null,
  returnedAmount: 0,
  givenUpAt: null,
  createdAt: new Date(0),
  paidAt: null,
}
const paid: Topup = { ...topup, paymentId: 'pay_1', paidAt: new Date(1) }
const payment = (status: TopupPayment['status']): TopupPayment => ({
  id: 'pay_1',
  status,
  amount: 9_900,
  currency: 'INR',
  failure: null,
  outcome: null,
})
const refund = (amount: number, status: TopupRefund['status'] = 'processed', paymentId = 'pay_1'): TopupRefund => ({
  id: `trf_${amount}`,
  topupId: topup.id,
  paymentId,
  amount,
  cause: 'operator',
  status,
  refundId: null,
  reason: '',
  askedBy: '',
  followed: 'no',
  taking: nothingTaken,
  createdAt: new Date(0),
})
const dispute = (status: TopupDispute['status'], amount = 9_900): TopupDispute => ({
  id: 'disp_1',
  paymentId: 'pay_1',
  amount,
  status,
  followed: 'no',
  taking: nothingTaken,
})
const nothing = { payments: [], refunds: [], disputes: [] }

describe('payments', () => {
  it('go forward only, but a failed one may still be promised or taken', () => {
    const all = ['claimed', 'failed', 'authorized', 'captured', 'returned'] as const
    const forward = all.flatMap((from) => all.filter((to) => isForward(from, to)).map((to) => `${from} → ${to}`))
    expect(forward).toEqual([
      'claimed → failed',
      'claimed → authorized',
      'claimed → captured',
      'claimed → returned',
      'failed → authorized',
      'failed → captured',
      'failed → returned',
      'authorized → captured',
      'authorized → returned',
    ])
  })

  it('become coins when they fit, once', () => {
    expect(outcomeOf(topup, { amount: 9_900, currency: 'INR' })).toBe('credited')
    expect(outcomeOf(paid, { amount: 9_900, currency: 'INR' })).toBe('duplicate')
    expect(outcomeOf({ ...topup, userIsGone: true }, { amount: 9_900, currency: 'INR' })).toBe('parked')
    for (const odd of [{ amount: 9_899 }, { amount: 9_901 }, { amount: 0 }, { amount: null }, { currency: 'USD' }, { currency: null }])
      expect(outcomeOf(topup, { amount: 9_900, currency: 'INR', ...odd })).toBe('parked')
  })
})

it('lets refunds go forward only', () => {
  expect(isRefundForward('requested', 'pending') && isRefundForward('pending', 'processed') && isRefundForward('pending', 'failed')).toBe(
    true,
  )
  expect(isRefundForward('processed', 'pending') || isRefundForward('processed', 'failed') || isRefundForward('failed', 'processed')).toBe(
    false,
  )
})

describe('a top-up', () => {
  it.each([
    ['created', { ...nothing, topup }],
    ['pending', { ...nothing, topup, payments: [payment('claimed')] }],
    ['pending', { ...nothing, topup, payments: [{ ...payment('failed'), id: 'pay_0' }, payment('authorized')] }],
    ['failed', { ...nothing, topup, payments: [payment('failed')] }],
    ['created', { ...nothing, topup, payments: [payment('returned')] }],
    ['expired', { ...nothing, topup: { ...topup, givenUpAt: new Date(1) }, payments: [payment('claimed')] }],
    ['paid', { ...nothing, topup: paid }],
    ['paid', { ...nothing, topup: { ...paid, givenUpAt: new Date(1) } }],
    ['disputed', { ...nothing, topup: paid, disputes: [dispute('open')] }],
    ['paid', { ...nothing, topup: paid, disputes: [dispute('won')] }],
    ['charged_back', { ...nothing, topup: paid, disputes: [dispute('lost')] }],
    ['paid', { ...nothing, topup: paid, disputes: [dispute('lost', 100)] }],
    ['refunded', { ...nothing, topup: paid, refunds: [refund(9_900, 'requested')] }],
    ['paid', { ...nothing, topup: paid, refunds: [refund(9_900, 'failed')] }],
    ['paid', { ...nothing, topup: paid, refunds: [refund(9_900, 'processed', 'pay_2')] }],
    ['refunded', { ...nothing, topup: paid, refunds: [refund(9_000), refund(900)] }],
  ] as const)('is %s', (status, facts) => {
    expect(statusOf(facts)).toBe(status)
  })

  it('gives back no more money than there was', () => {
    expect(returnedOf({ topup: paid, refunds: [refund(9_900)], disputes: [dispute('lost')] })).toBe(9_900)
  })
})

it('takes coins as great a part as goes back of the price, and all of them with the last paisa', () => {
  for (const coins of [1, 3, 100, 999_999, 1_000_000])
    for (const amount of [100, 9_900, 29_900, 50_000_000]) {
      expect(keptOf(coins, amount, 0)).toBe(coins)
      expect(keptOf(coins, amount, amount)).toBe(0)
      let before = coins
      for (let step = 0; step <= 20; step++) {
        const kept = keptOf(coins, amount, Math.floor((amount * step) / 20))
        expect(kept).toBeLessThanOrEqual(before)
        expect(Number.isSafeInteger(kept)).toBe(true)
        before = kept
      }
      expect(keptOf(coins, amount, amount - 1)).toBeGreaterThan(0)
    }
})

it('asks the provider after 5 minutes, then ever more seldom, daily at last, and no more after four days', () => {
  const began = new Date('2026-01-01T00:00:00Z')
  const hours: number[] = []
  for (let at: Date | undefined = nextAsk(began, began); at !== undefined; at = nextAsk(began, at))
    hours.push((at.getTime() - began.getTime()) / 3_600_000)
  expect(hours.map((hour) => Math.round(hour * 100) / 100)).toEqual([
    0.08, 0.17, 0.33, 0.67, 1.33, 2.67, 5.33, 10.67, 21.33, 42.67, 66.67, 90.67, 96,
  ])
})

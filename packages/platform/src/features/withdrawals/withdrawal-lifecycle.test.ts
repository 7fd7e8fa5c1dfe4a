import { describe, expect, it } from 'vitest'
import { nextAsk } from './ask-schedule.ts'
import { dateThere, dayStart, financialYear, monthStart, yearBounds, yearLabel } from './indian-time.ts'
import { linesOf } from './money-lines.ts'
import { taxOf } from './tax-rules.ts'
import { coolingHoursOf, methodOf, termsOf } from './terms.ts'
import { isOvertaken, isUndone, mayBeUnpaid, placeOf, statusAfter, type WithdrawalEvent } from './withdrawal-lifecycle.ts'
import type { WithdrawalStatus } from './withdrawal-row.ts'

const statuses: readonly WithdrawalStatus[] = ['requested', 'approved', 'processing', 'paid', 'rejected', 'failed', 'canceled']
const events: readonly WithdrawalEvent[] = [
  'approve',
  'reject',
  'cancel',
  'lose_kyc',
  'send',
  'mark_paid',
  'mark_unpaid',
  'payout_paid',
  'payout_failed',
  'payout_returned',
]

describe('a withdrawal', () => {
  it('gives its coins back at most once, whatever happens to it', () => {
    for (const status of statuses.filter(isUndone)) for (const event of events) expect(statusAfter(status, event)).toBeUndefined()
  })

  it('that is being sent follows the provider’s word alone', () => {
    const own = events.filter((event) => statusAfter('processing', event) !== undefined)
    expect(own).toEqual(['payout_paid', 'payout_failed', 'payout_returned'])
  })

  it('that is paid comes back only when the bank returns it, as the provider says, or a person', () => {
    expect(events.filter((event) => statusAfter('paid', event) !== undefined)).toEqual(['mark_unpaid', 'payout_returned'])
    expect(statuses.filter((status) => statusAfter(status, 'mark_unpaid') !== undefined)).toEqual(['paid'])
  })

  it.each([
    [null, 'open'],
    ['failed', 'yes'],
    ['returned', 'yes'],
    ['waiting', 'open'],
    ['processing', 'open'],
    ['paid', 'paid'],
  ] as const)('of which the provider says %s may be undone by a person: %s', (payoutState, answer) => {
    expect(mayBeUnpaid({ payoutId: 'pout_1', payoutState })).toBe(answer)
  })

  it('that the provider has nothing of may be undone by a person', () => {
    expect(mayBeUnpaid({ payoutId: null, payoutState: null })).toBe('yes')
  })

  it('follows the provider on, and never back', () => {
    const states = ['waiting', 'processing', 'paid', 'failed', 'returned'] as const
    const overtaken = states.flatMap((known) => states.filter((told) => isOvertaken(told, known)).map((told) => `${told} after ${known}`))
    expect(overtaken).toEqual([
      'waiting after processing',
      'waiting after paid',
      'processing after paid',
      'waiting after failed',
      'processing after failed',
      'waiting after returned',
      'processing after returned',
      'paid after returned',
      'failed after returned',
    ])
    for (const state of states) expect([isOvertaken(null, state), isOvertaken(state, null)]).toEqual([false, false])
  })

  it('is never sent and paid by hand as well', () => {
    expect(statusAfter('processing', 'mark_paid')).toBeUndefined()
    expect(statusAfter('paid', 'send')).toBeUndefined()
  })

  it('moves its coins one place on, or back to their owner', () => {
    const order = ['earned', 'held', 'payouts_in_flight', 'paid_out']
    for (const from of statuses)
      for (const event of events) {
        const to = statusAfter(from, event)
        if (to === undefined) continue
        const [before, after] = [order.indexOf(placeOf(from)), order.indexOf(placeOf(to))]
        expect(after === 0 || after === before || after === before + 1 || (event === 'mark_paid' && after === 3), `${from} ${event}`).toBe(
          true,
        )
      }
  })
})

describe('the calendar of India', () => {
  it('begins its days at half past six in the evening of the day before, by UTC', () => {
    expect(dayStart(new Date('2026-03-31T18:29:59Z'))).toEqual(new Date('2026-03-30T18:30:00Z'))
    expect(dayStart(new Date('2026-03-31T18:30:00Z'))).toEqual(new Date('2026-03-31T18:30:00Z'))
    expect(monthStart(new Date('2026-03-31T18:30:00Z'))).toEqual(new Date('2026-03-31T18:30:00Z'))
    expect(dateThere(new Date('2026-03-31T18:30:00Z'))).toBe('2026-04-01')
  })

  it('begins its financial years in April', () => {
    expect(financialYear(new Date('2026-03-31T18:29:59Z'))).toBe(2025)
    expect(financialYear(new Date('2026-03-31T18:30:00Z'))).toBe(2026)
    expect(yearBounds(2026)).toEqual({ from: new Date('2026-03-31T18:30:00Z'), to: new Date('2027-03-31T18:30:00Z') })
    expect([yearLabel(2026), yearLabel(2099)]).toEqual(['2026-27', '2099-00'])
  })
})

describe('tax', () => {
  const lakh = 100_000 * 100
  const at = new Date('2026-02-01T00:00:00Z')
  const nothing = { amount: 0, tax: 0 }

  it.each([
    ['nothing up to five lakh a year', { amount: 5 * lakh, earlier: nothing, hasTaxId: true }, { tax: 0, taxRule: null }],
    [
      'a tenth of a percent of all of it above, also of what came before',
      { amount: lakh, earlier: { amount: 5 * lakh, tax: 0 }, hasTaxId: true },
      { tax: 60_000, taxRule: '194-O' },
    ],
    [
      'no more than is still due',
      { amount: lakh, earlier: { amount: 6 * lakh, tax: 60_000 }, hasTaxId: true },
      { tax: 10_000, taxRule: '194-O' },
    ],
    ['five percent of those who gave no number', { amount: 1_000, earlier: nothing, hasTaxId: false }, { tax: 50, taxRule: '194-O' }],
    [
      'at most half of a payment, however much is due',
      { amount: 1_000, earlier: { amount: lakh, tax: 0 }, hasTaxId: false },
      { tax: 500, taxRule: '194-O' },
    ],
  ])('takes %s', (_, question, answer) => expect(taxOf({ at, ...question })).toEqual(answer))

  it('follows the law of the day, as it is in India', () => {
    const question = { amount: 6 * lakh, earlier: nothing, hasTaxId: true }
    const on = (day: string) => taxOf({ ...question, at: new Date(day) })
    expect(on('2020-09-30T18:29:00Z')).toEqual({ tax: 0, taxRule: null })
    expect(on('2024-09-30T18:29:59Z')).toMatchObject({ tax: 600_000, taxRule: '194-O' })
    expect(on('2024-09-30T18:30:00Z')).toMatchObject({ tax: 60_000, taxRule: '194-O' })
    expect(on('2026-03-31T18:30:00Z')).toMatchObject({ tax: 60_000, taxRule: '393 (formerly 194-O)' })
  })
})

describe('what coins come to', () => {
  const at = new Date('2026-02-01T00:00:00Z')
  const usual = termsOf({ withdrawals: null })
  const lines = (coins: number, change: Partial<typeof usual> = {}, currency = 'INR') =>
    linesOf({ coins, currency, at, earlier: { amount: 0, tax: 0 }, hasTaxId: true }, { ...usual, ...change })

  it('is the amount less fee and tax, to the paisa', () => {
    expect(lines(333, { coinAmount: 77, feeAmount: 250, feeBasisPoints: 33 })).toEqual({
      amount: 25_641,
      fee: 335,
      tax: 0,
      netAmount: 25_306,
      taxRule: null,
    })
  })

  it('is refused where nothing is left that a bank could pay', () => {
    expect(lines(10, { feeAmount: 901 })).toBeUndefined()
    expect(lines(10, { feeAmount: 900 })?.netAmount).toBe(100)
    expect(lines(9_007_199_254_740_991)).toBeUndefined()
  })

  it('is taxed in India alone, and not where the app does it itself', () => {
    const much = 10_000_000
    expect(lines(much)?.tax).toBeGreaterThan(0)
    expect(lines(much, {}, 'USD')?.tax).toBe(0)
    expect(lines(much, { deductTax: false })?.tax).toBe(0)
  })
})

describe('an app that has set nothing', () => {
  const usual = termsOf({ withdrawals: null })

  it('lets a new payee wait for a day in live mode, and not in test mode', () => {
    expect([coolingHoursOf(usual, 'live'), coolingHoursOf(usual, 'test')]).toEqual([24, 0])
    expect(coolingHoursOf({ ...usual, coolingHours: 0 }, 'live')).toBe(0)
  })

  it('pays rupees through the provider where there is one, and all else by hand', () => {
    const method = (currency: string, canSend: boolean, own: typeof usual.method = null) =>
      methodOf({ ...usual, method: own }, { currency, canSend })
    expect(method('INR', true)).toBe('razorpayx')
    expect([method('INR', false), method('USD', true), method('USD', true, 'razorpayx'), method('INR', true, 'hand')]).toEqual([
      'hand',
      'hand',
      'hand',
      'hand',
    ])
  })
})

it('asks soon at first and at least every six hours while the bank confirms, and looks for a month at what was paid', () => {
  const sentAt = new Date('2026-01-01T00:00:00Z')
  const gaps: number[] = []
  let now = sentAt
  for (let n = 0; n < 16; n++) {
    const next = nextAsk({ status: 'processing', sentAt, paidAt: null }, now) ?? now
    gaps.push((next.getTime() - now.getTime()) / 1_000)
    now = next
  }
  expect(gaps.slice(0, 5)).toEqual([10, 10, 20, 40, 80])
  expect(Math.max(...gaps)).toBe(6 * 3_600)
  const days: number[] = []
  for (let at: Date | undefined = sentAt; at !== undefined; at = nextAsk({ status: 'paid', sentAt, paidAt: sentAt }, at))
    days.push((at.getTime() - sentAt.getTime()) / 86_400_000)
  expect(days).toEqual([0, 1, 3, 7, 14, 30])
})

import type { CallDispute, CallRating } from '@impacthub/sdk'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { disputeOf, earnedCall, missedCall, paidCall, pastCall, ratingOf, refundOf, unsettled } from '../../testing/history-samples.ts'
import { part } from '../../testing/mount.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { receiptIn, show } from '../../testing/show-history.ts'

describe('the receipt of a call', () => {
  it('tells the caller time, intervals, price, coins by kind and who ended it', async () => {
    const page = show({ history: [paidCall] })
    await page.open()
    await expect
      .poll(() => receiptIn(page.element))
      .toEqual({
        duration: '12 min 5 sec',
        intervals: '13 × 1 min',
        price: '10 coins per minute',
        charged: '130',
        buckets: '30 bonus, 100 bought',
        channel: 'By phone',
        ended: 'You hung up',
      })
    expect(page.find("[part='row']")?.ariaExpanded).toBe('true')
    expect(await accessibilityFaults()).toEqual([])
    await page.open()
    await expect.poll(() => receiptIn(page.element)).toEqual({})
  })

  it('tells the callee what was earned and nothing of the caller’s coins', async () => {
    const page = show({ history: [earnedCall] })
    await page.open()
    await expect.poll(() => receiptIn(page.element)['earned']).toBe('65')
    expect(receiptIn(page.element)).not.toHaveProperty('charged')
    expect(receiptIn(page.element)).toMatchObject({ channel: 'In the browser', ended: 'The coins were used up' })
  })

  it('says while it is not settled, and is read anew when it is', async () => {
    const history = [unsettled]
    const page = show({ history })
    await page.open()
    await expect.poll(() => page.text('unsettled')).toBe('Not settled yet. Time and coins may still change.')
    expect(receiptIn(page.element)).not.toHaveProperty('buckets')
    history[0] = pastCall(1)
    page.client.emit('call.updated', pastCall(1))
    await expect.poll(() => page.text('unsettled')).toBe('')
    expect(receiptIn(page.element)).toMatchObject({ buckets: '30 bonus, 100 bought' })
  })

  it('lists what was given back', async () => {
    const page = show({ history: [paidCall], receipt: () => Promise.resolve({ adjustments: [refundOf(50)] }) })
    await page.open()
    await expect.poll(() => page.text('adjustment')).toMatch(/^50 coins were given back /)
  })

  it('says that it could not be loaded, and tries again', async () => {
    let fails = true
    const page = show({ history: [paidCall], receipt: () => (fails ? Promise.reject(problem('unavailable')) : Promise.resolve({})) })
    await page.open()
    await expect.poll(() => page.text('receipt-fault')).toBe('The receipt could not be loaded.')
    expect(await accessibilityFaults()).toEqual([])
    fails = false
    await userEvent.click(part(page.element, 'retry'))
    await expect.poll(() => receiptIn(page.element)['charged']).toBe('130')
  })
})

describe('rating a call', () => {
  it('works by keyboard: stars, reasons, send; the focus stays', async () => {
    const sent: unknown[] = []
    const rate = (wish: { score: number; reasons?: CallRating['reasons'] | undefined }) => {
      sent.push(wish)
      return Promise.resolve(ratingOf(wish.score, [...(wish.reasons ?? [])]))
    }
    const page = show({ history: [paidCall], rate })
    await page.open()
    await expect.poll(() => page.find("input[type='radio']")).toBeTruthy()
    page.find("input[type='radio']")?.focus()
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}')
    await expect.poll(() => page.find("input[name='friendly']")).toBeTruthy()
    page.find("input[name='friendly']")?.focus()
    await userEvent.keyboard(' ')
    expect(await accessibilityFaults()).toEqual([])
    part(page.element, 'rate').focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.text('rated')).toBe('You gave 4 stars.')
    expect(sent).toEqual([{ callId: paidCall.id, score: 4, reasons: ['friendly'] }])
    expect(page.element?.shadowRoot?.activeElement).toBe(part(page.element, 'rate'))
    expect(page.text('rate')).toBe('Change rating')
  })

  it('takes a comment along, in one line as the platform takes it, and keeps it when that fails', async () => {
    const sent: unknown[] = []
    const rate = (wish: unknown) => {
      sent.push(wish)
      return Promise.reject(problem('network_error'))
    }
    const page = show({ history: [paidCall], rate })
    await page.open()
    await expect.poll(() => page.find("input[type='radio']")).toBeTruthy()
    page.find("input[type='radio']")?.click()
    await expect.poll(() => page.find("textarea[name='comment']")).toBeTruthy()
    page.find("textarea[name='comment']")?.focus()
    await userEvent.keyboard('Could not hear{Enter}a word')
    expect(await accessibilityFaults()).toEqual([])
    await userEvent.click(part(page.element, 'rate'))
    await expect.poll(() => page.text('rating-fault')).toBe('The rating was not sent. No connection. Try again.')
    expect(sent).toEqual([{ callId: paidCall.id, score: 1, reasons: [], comment: 'Could not hear a word' }])
    expect(page.find("textarea[name='comment']")).toHaveProperty('value', 'Could not hear\na word')
  })

  it('sends one rating for two presses', async () => {
    let sent = 0
    const page = show({ history: [paidCall], rate: () => (sent++, never()) })
    await page.open()
    await expect.poll(() => page.find("input[type='radio']")).toBeTruthy()
    page.find("input[type='radio']")?.click()
    await expect.poll(() => page.text('rate')).toBe('Send rating')
    part(page.element, 'rate').click()
    part(page.element, 'rate').click()
    await expect.poll(() => page.text('rate')).toBe('Sending…')
    expect(sent).toBe(1)
  })

  it('keeps what was chosen when the platform refuses, and says why', async () => {
    const page = show({ history: [paidCall], rate: () => Promise.reject(problem('conflict', 409)) })
    await page.open()
    await expect.poll(() => page.find("input[type='radio']")).toBeTruthy()
    page.find("input[type='radio']")?.click()
    await expect.poll(() => page.text('rate')).toBe('Send rating')
    part(page.element, 'rate').click()
    await expect.poll(() => page.text('rating-fault')).toBe('The rating was not sent. That is not possible any more.')
    expect(page.find('input:checked')).toBeTruthy()
  })

  it('is offered for a week, and only where somebody answered', async () => {
    const long = new Date(Date.now() - 8 * 86_400_000).toISOString()
    const page = show({ history: [missedCall, pastCall(3, { endedAt: long }), paidCall] })
    for (const index of [0, 1]) {
      await page.open(index)
      await expect.poll(() => page.text('receipt')).not.toBe('')
      expect(page.text('rating')).toBe('')
    }
    await page.open(2)
    await expect.poll(() => page.text('rating')).toMatch(/^Rate this call/)
  })
})

describe('reporting a problem', () => {
  const fill = async (page: ReturnType<typeof show>) => {
    await page.open()
    await expect.poll(() => page.text('report')).toBe('Report a problem')
    await userEvent.click(part(page.element, 'report'))
    await expect.poll(() => page.find('textarea')).toBeTruthy()
  }

  it('sends reason and comment, in one line as the platform takes it, and goes on where it says so', async () => {
    const sent: unknown[] = []
    const dispute = (wish: { callId: string; reason: CallDispute['reason']; comment?: string | undefined }) => {
      sent.push(wish)
      return Promise.resolve(disputeOf(wish.callId, wish.reason))
    }
    const page = show({ history: [paidCall], dispute })
    await fill(page)
    page.find(".choice input[value='bad_sound']")?.click()
    page.find('textarea')?.focus()
    await userEvent.keyboard('No sound{Enter}at all')
    expect(await accessibilityFaults()).toEqual([])
    await userEvent.click(part(page.element, 'send-report'))
    await expect.poll(() => page.text('reported')).toBe('A problem with this call was reported. It is being looked into.')
    expect(sent).toEqual([{ callId: paidCall.id, reason: 'bad_sound', comment: 'No sound at all' }])
    expect(page.element?.shadowRoot?.activeElement).toBe(part(page.element, 'reported'))
    page.client.emit('call.updated', { ...paidCall, disputed: true })
    page.client.emit('call.updated', { ...paidCall, disputed: false, refundedCoins: 130 })
    await expect.poll(() => page.text('reported')).toBe('The report about this call has been decided.')
  })

  it('keeps the words when it could not be sent', async () => {
    const page = show({ history: [paidCall], dispute: () => Promise.reject(problem('network_error')) })
    await fill(page)
    page.find('.choice input')?.click()
    page.find('textarea')?.focus()
    await userEvent.keyboard('Please look')
    await userEvent.click(part(page.element, 'send-report'))
    await expect.poll(() => page.text('report-fault')).toBe('The report was not sent. No connection. Try again.')
    expect(page.find('textarea')).toHaveProperty('value', 'Please look')
  })

  it('tells later what became of it, and takes another', async () => {
    const refunded = {
      ...disputeOf(paidCall.id, 'bad_sound'),
      status: 'refunded',
      refundedCoins: 50,
      resolvedAt: new Date().toISOString(),
    } as const
    const page = show({ history: [paidCall], receipt: () => Promise.resolve({ dispute: refunded }) })
    await page.open()
    await expect.poll(() => page.text('reported')).toBe('Your report led to 50 coins being given back.')
    expect(page.text('report')).toBe('Report a problem')
    expect(await accessibilityFaults()).toEqual([])
    const waiting = show({ history: [paidCall], receipt: () => Promise.resolve({ dispute: disputeOf(paidCall.id, 'other') }) })
    await waiting.open()
    await expect.poll(() => waiting.text('reported')).toBe('A problem with this call was reported. It is being looked into.')
    expect(waiting.text('report')).toBe('')
  })

  it('needs a settled call', async () => {
    const page = show({ history: [unsettled] })
    await page.open()
    await expect.poll(() => page.text('receipt')).not.toBe('')
    expect(page.text('report')).toBe('')
  })
})

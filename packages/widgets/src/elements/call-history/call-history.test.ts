import type { CallDispute, CallRating } from '@impacthub/sdk'
import { html } from 'lit'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import {
  disputeOf,
  earnedCall,
  missedCall,
  noAnswer,
  paidCall,
  pastCall,
  pastCalls,
  ratingOf,
  refundOf,
  unsettled,
} from '../../testing/history-samples.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { ravi } from '../../testing/samples.ts'
import { never, problem, type Script } from '../../testing/scripted-client.ts'
import './call-history.define.ts'

const show = (script: Script = {}, language = 'en') => {
  const page = mount(html`<ihc-call-history></ihc-call-history>`, script, language)
  const element = page.main.querySelector('ihc-call-history')
  const find = (selector: string) => element?.shadowRoot?.querySelector<HTMLElement>(selector)
  const text = (name: string) => words(find(`[part~='${name}']`))
  const rows = () => [...(element?.shadowRoot?.querySelectorAll("[part='row']") ?? [])].map(words)
  const open = async (index = 0) => {
    await expect.poll(() => rows().length).toBeGreaterThan(index)
    await userEvent.click(element?.shadowRoot?.querySelectorAll("[part='row']")[index] ?? document.body)
  }
  page.client.open()
  return { ...page, element, find, text, rows, open }
}

/** The figures of the open receipt, by part. */
const receiptIn = (element: Element | null): Record<string, string> =>
  Object.fromEntries([...(element?.shadowRoot?.querySelectorAll('dd') ?? [])].map((one) => [one.getAttribute('part') ?? '', words(one)]))

describe('ihc-call-history', () => {
  it('is a skeleton first', async () => {
    const page = show({ beforeHistory: never })
    await expect.poll(() => page.element?.shadowRoot?.querySelectorAll('.bone').length).toBe(4)
    expect(part(page.element, 'card').ariaBusy).toBe('true')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('tells each call in plain words, newest first, with what it cost or earned', async () => {
    const page = show()
    await expect.poll(() => page.rows().length).toBe(10)
    const [missed, paid, earned, nobody, declined] = page.rows()
    expect(missed).toMatch(/^Meera Iyer Missed call /)
    expect(paid).toMatch(/^Ravi Kumar −130-130 coins You called · 12 min 5 sec /)
    expect(earned).toMatch(/^Meera Iyer \+6565 coins Called you · 12 min 5 sec /)
    expect(nobody).toMatch(/^Ravi Kumar You called · No answer /)
    expect(declined).toMatch(/^Meera Iyer You declined /)
    expect(await accessibilityFaults()).toEqual([])
  })

  it('pages to the end, each call once, with the focus kept', async () => {
    const page = show()
    await expect.poll(() => page.rows().length).toBe(10)
    part(page.element, 'more').focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.rows().length).toBe(20)
    expect(page.element?.shadowRoot?.activeElement).toBe(part(page.element, 'more'))
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.rows().length).toBe(23)
    expect(page.text('more')).toBe('')
  })

  it('says that it could not be loaded, and tries again when asked', async () => {
    let fails = true
    const page = show({ beforeHistory: () => (fails ? Promise.reject(problem('unavailable', 503)) : Promise.resolve()) })
    await expect.poll(() => page.text('note')).toBe('Your calls could not be loaded.')
    expect(await accessibilityFaults()).toEqual([])
    fails = false
    await userEvent.click(part(page.element, 'refresh'))
    await expect.poll(() => page.rows().length).toBe(10)
    expect(page.text('note')).toBe('')
  })

  it('keeps the last known calls without a connection', async () => {
    const page = show()
    await expect.poll(() => page.rows().length).toBe(10)
    page.client.connection('offline')
    await expect.poll(() => page.text('note')).toBe('No connection. You see the last known state.')
    expect(page.rows()).toHaveLength(10)
  })

  it('speaks Hindi', async () => {
    const page = show({}, 'hi')
    await expect.poll(() => page.rows()[1]).toMatch(/^Ravi Kumar −130-130 कॉइन आपने कॉल की/)
  })
})

describe('missed calls', () => {
  it('are counted in a badge until they have been shown, and stay marked as new', async () => {
    const seen = Promise.withResolvers<undefined>()
    let told = 0
    const page = show({ missed: { unseen: 1, seenAt: null }, seeMissed: async () => (told++, await seen.promise) })
    await expect.poll(() => page.text('badge')).toBe('1 missed1 missed call that you have not seen')
    expect(await accessibilityFaults()).toEqual([])
    await expect.poll(() => told).toBe(1)
    seen.resolve(undefined)
    await expect.poll(() => page.text('badge')).toBe('')
    expect(page.text('new')).toBe('New')
    expect(told).toBe(1)
  })

  it('are not marked as seen while nobody sees them', async () => {
    let told = 0
    const page = show({ missed: { unseen: 1, seenAt: null }, seeMissed: () => (told++, Promise.resolve()) })
    page.main.style.paddingTop = '3000px'
    await expect.poll(() => page.text('badge')).toMatch(/^1 missed/)
    await userEvent.click(document.body)
    expect(told).toBe(0)
    page.element?.scrollIntoView()
    await expect.poll(() => page.text('badge')).toBe('')
    expect(told).toBe(1)
  })
})

describe('live changes', () => {
  it('show a call that begins, and what it came to', async () => {
    let history = [...pastCalls]
    const page = show({
      get history() {
        return history
      },
    })
    await expect.poll(() => page.rows().length).toBe(10)
    expect(page.rows()[0]).toMatch(/^Meera/)
    page.client.emit('call.updated', { ...paidCall, disputed: true })
    await expect.poll(() => page.rows()[1]).toMatch(/Under review$/)
    history = [pastCall(0, { status: 'in_progress', endedAt: null, settled: false }), ...history]
    page.client.emit('call.updated', pastCall(0, { status: 'in_progress', endedAt: null, settled: false }))
    await expect.poll(() => page.rows()[0]).toMatch(/^Ravi Kumar You called · In call now/)
    history = [pastCall(0, { chargedCoins: 20, durationSeconds: 61 }), ...pastCalls]
    page.client.emit('call.updated', pastCall(0, { chargedCoins: 20, durationSeconds: 61 }))
    await expect.poll(() => page.rows()[0]).toMatch(/^Ravi Kumar −20-20 coins You called · 1 min 1 sec/)
  })

  it('never put an older record in the place of a newer one', async () => {
    const page = show({ history: [paidCall] })
    await expect.poll(() => page.rows()[0]).toMatch(/−130/)
    page.client.emit('call.updated', { ...paidCall, settled: false, status: 'in_progress', endedAt: null })
    page.client.emit('call.updated', { ...paidCall, refundedCoins: 50 })
    await expect.poll(() => page.rows()[0]).toMatch(/−130.*50 coins given back$/)
  })
})

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

  it('needs a settled call', async () => {
    const page = show({ history: [unsettled] })
    await page.open()
    await expect.poll(() => page.text('receipt')).not.toBe('')
    expect(page.text('report')).toBe('')
  })
})

describe('calling back', () => {
  it('asks for a call on the same way, and tells a refusal in the row', async () => {
    const asked: unknown[] = []
    const create = (calleeId: string) => (asked.push(calleeId), Promise.reject(problem('callee_busy', 409)))
    const page = show({ history: [noAnswer, missedCall], create })
    await expect.poll(() => page.rows().length).toBe(2)
    part(page.element, 'call-back').focus()
    expect(part(page.element, 'call-back').ariaLabel).toBe('Call Ravi Kumar')
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.text('fault')).toBe('They are in another call. Try again soon.')
    expect(asked).toEqual([ravi])
    expect(await accessibilityFaults()).toEqual([])
  })

  it('waits for the call that goes on', async () => {
    const asked: unknown[] = []
    const page = show({ history: [noAnswer], calls: [pastCall(0, { status: 'in_progress', endedAt: null, settled: false })] })
    page.main.addEventListener('ihc-call-request', (event) => asked.push(event.detail))
    await expect.poll(() => page.find("[part='call-back']")?.ariaDisabled).toBe('true')
    part(page.element, 'call-back').click()
    expect(asked).toEqual([])
  })

  it('shows no call of one user to the next', async () => {
    const page = show({ history: [paidCall] })
    await page.open()
    await expect.poll(() => receiptIn(page.element)['charged']).toBe('130')
    const other = mount(html``, { me: 'meera', history: [] }).client
    page.session.client = other
    document.body.replaceChildren(page.main)
    other.open({ userId: 'meera' })
    await expect.poll(() => page.text('empty')).toMatch(/^No calls yet/)
  })
})

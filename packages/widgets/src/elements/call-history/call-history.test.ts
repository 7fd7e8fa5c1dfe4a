import { html } from 'lit'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { missedCall, noAnswer, paidCall, pastCall, pastCalls } from '../../testing/history-samples.ts'
import { mount, part } from '../../testing/mount.ts'
import { ravi, raviIs } from '../../testing/samples.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { receiptIn, show } from '../../testing/show-history.ts'

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

  it('keeps a refusal when it first hears of the other one, and forgets it when they are free', async () => {
    const page = show({ history: [noAnswer], create: () => Promise.reject(problem('callee_busy', 409)) })
    await expect.poll(() => page.rows().length).toBe(1)
    part(page.element, 'call-back').click()
    await expect.poll(() => page.text('fault')).toMatch(/^They are in another call/)
    page.client.emit('presence.snapshot', { presence: raviIs('busy') })
    page.client.emit('call.updated', { ...noAnswer, calleeName: 'Ravi K' })
    await expect.poll(() => page.rows()[0]).toMatch(/^Ravi K /)
    expect(page.text('fault')).toMatch(/^They are in another call/)
    page.client.emit('presence.changed', { userId: ravi, status: 'online', rate: null })
    await expect.poll(() => page.text('fault')).toBe('')
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

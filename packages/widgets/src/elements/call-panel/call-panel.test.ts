import type { Call } from '@impacthub/sdk'
import { html } from 'lit'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { ended, initiated, ravi, ringing, running, settled, unanswered } from '../../testing/samples.ts'
import { problem, type Script } from '../../testing/scripted-client.ts'
import './call-panel.define.ts'

const show = (script: Script = {}, language = 'en') => {
  const page = mount(html`<ihc-call-panel></ihc-call-panel>`, script, language)
  const element = page.main.querySelector('ihc-call-panel')
  const text = (name: string) => words(element?.shadowRoot?.querySelector(`[part~='${name}']`))
  return { ...page, element, text, card: () => words(part(element, 'card')), button: () => part(element, 'button') }
}
const opened = async (script: Script = {}, language = 'en') => {
  const page = show(script, language)
  await expect.poll(() => page.element?.shadowRoot?.querySelector('section')).toBeTruthy()
  page.client.open()
  return page
}
const meter = (elapsedSeconds: number, secondsLeft: number) => ({ callId: running.id, elapsedSeconds, chargedCoins: 30, secondsLeft })

describe('ihc-call-panel', () => {
  it('looks for a call first and says when there is none', async () => {
    const page = show()
    await expect.poll(page.card).toContain('Looking for your call…')
    expect(await accessibilityFaults()).toEqual([])
    page.client.open()
    await expect.poll(page.card).toContain('No call right now')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('tells the callee whose call rings their phone, and lets them decline', async () => {
    const declined: string[] = []
    const page = await opened({
      me: ravi,
      calls: [ringing],
      decline: (callId) => (declined.push(callId), Promise.resolve<Call>({ ...unanswered, status: 'declined', endReason: 'declined' })),
    })
    await expect.poll(() => page.text('status')).toBe('Your phone is ringing, pick up to talk to Asha Menon.')
    expect(await accessibilityFaults()).toEqual([])
    expect(words(page.button())).toBe('Decline')
    await userEvent.click(page.button())
    await expect.poll(() => page.text('status')).toBe('Call declined')
    expect(declined).toEqual([ringing.id])
  })

  it('tells the caller each step before the answer', async () => {
    const page = await opened({ calls: [initiated] })
    await expect.poll(() => page.text('status')).toContain('Your phone will ring, pick up to talk to Ravi Kumar')
    page.client.emit('call.updated', ringing)
    await expect.poll(() => page.text('status')).toContain('Ringing Ravi Kumar')
    expect(words(page.button())).toBe('Cancel call')
  })

  it('restores a running call with its timer after a reload', async () => {
    const page = await opened({ calls: [running] })
    await expect.poll(() => page.text('timer')).toMatch(/^02:0[5-9]$/)
    expect(page.text('coins')).toBe('30')
    expect(page.card()).toContain('Estimate until the call is settled')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('goes by the platform’s meter and counts on between two', async () => {
    const page = await opened({ calls: [running] })
    await expect.poll(() => page.text('timer')).toMatch(/^02:/)
    page.client.emit('call.meter', meter(600, 300))
    await expect.poll(() => page.text('timer')).toMatch(/^10:0/)
    await expect.poll(() => page.text('timer'), { timeout: 15_000 }).toBe('10:02')
    expect(page.text('left')).toMatch(/^04:5/)
  })

  it('warns at 60 and at 15 seconds, as an alert that is not read out each second', async () => {
    const page = await opened({ calls: [running] })
    await expect.poll(() => page.text('timer')).toMatch(/^02:/)
    const alert = part(page.element, 'warning')
    expect(alert.role ?? alert.getAttribute('role')).toBe('alert')
    expect(words(alert)).toBe('')
    page.client.emit('call.warning', meter(660, 60))
    await expect.poll(() => words(alert)).toBe('Less than 60 seconds of coins left. Then the call ends.')
    expect(await accessibilityFaults()).toEqual([])
    page.client.emit('call.warning', meter(705, 15))
    await expect.poll(() => words(alert)).toBe('Less than 15 seconds of coins left. Then the call ends.')
    page.client.emit('call.meter', meter(710, 600))
    await expect.poll(() => words(alert)).toBe('')
  })

  it('closes with duration and coins, first as being settled, then as final, with the focus kept', async () => {
    const page = await opened({ calls: [running], end: () => Promise.resolve(ended) })
    const outcomes: string[] = []
    for (const name of ['ihc-call-ended', 'ihc-call-settled'] as const) page.main.addEventListener(name, () => outcomes.push(name))
    await expect.poll(() => words(page.button())).toBe('End call')
    page.button().focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.text('settlement')).toBe('Being settled…')
    expect(page.text('duration')).toBe('12 min 5 sec')
    expect(page.text('total')).toBe('130')
    expect(await accessibilityFaults()).toEqual([])
    page.client.emit('call.updated', { ...settled, chargedCoins: 120 })
    await expect.poll(() => page.text('settlement')).toBe('Final')
    expect(page.text('total')).toBe('120')
    expect(page.card()).toContain('Coins deducted')
    expect(outcomes).toEqual(['ihc-call-ended', 'ihc-call-settled'])
    expect(page.element?.shadowRoot?.activeElement).toBe(page.button())
    await userEvent.keyboard('{Enter}')
    await expect.poll(page.card).toContain('No call right now')
  })

  it('tells the callee what they earned, once it is settled', async () => {
    const page = await opened({ me: ravi, calls: [running] })
    await expect.poll(() => page.text('timer')).toMatch(/^02:/)
    page.client.emit('call.updated', ended)
    await expect.poll(() => page.text('total')).toBe('…')
    page.client.emit('call.updated', settled)
    await expect.poll(() => page.text('total')).toBe('65')
    expect(page.card()).toContain('Coins earned')
    expect(page.card()).toContain('Asha Menon hung up.')
  })

  it('never goes back when answers and events cross on their way', async () => {
    const page = await opened({ calls: [running] })
    await expect.poll(() => page.text('status')).toBe('In call')
    page.client.emit('call.updated', settled)
    page.client.emit('call.updated', ended)
    page.client.emit('call.updated', ringing)
    await expect.poll(() => page.text('settlement')).toBe('Final')
  })

  it('asks the API about a call that ended while the connection was away', async () => {
    const page = await opened({ calls: [running], getCall: () => Promise.resolve(settled) })
    await expect.poll(() => page.text('status')).toBe('In call')
    page.client.connection('offline')
    await expect.poll(page.card).toContain('Connection lost.')
    expect(await accessibilityFaults()).toEqual([])
    page.client.open({ calls: [] })
    await expect.poll(() => page.text('settlement')).toBe('Final')
  })

  it('says that an unanswered call cost nothing', async () => {
    const page = await opened({ calls: [ringing] })
    await expect.poll(() => page.text('status')).toContain('Ringing')
    page.client.emit('call.updated', unanswered)
    await expect.poll(page.card).toContain('No coins were deducted.')
    expect(page.text('status')).toBe('No answer')
  })

  it('keeps the call and says so when its end was refused', async () => {
    const page = await opened({ calls: [running], end: () => Promise.reject(problem('network_error')) })
    await expect.poll(() => words(page.button())).toBe('End call')
    await userEvent.click(page.button())
    await expect.poll(() => page.text('note')).toBe('No connection. Try again.')
    expect(words(page.button())).toBe('End call')
    expect(page.text('timer')).toMatch(/^02:/)
  })

  it('shows names as text, whatever they hold', async () => {
    const name = '<img src=x onerror=alert(1)>'
    const page = await opened({ calls: [{ ...running, calleeName: name }] })
    await expect.poll(() => page.text('name')).toBe(name)
    expect(page.element?.shadowRoot?.querySelector('img')).toBeNull()
  })

  it('is not there without a call where the page wants it so', async () => {
    const page = await opened()
    page.element?.setAttribute('hide-idle', '')
    await expect.poll(() => page.element?.shadowRoot?.querySelector('section')).toBeNull()
    page.client.emit('call.updated', ringing)
    await expect.poll(() => page.text('name')).toBe('Ravi Kumar')
  })

  it('speaks Hindi', async () => {
    const page = await opened({ calls: [running] }, 'hi')
    await expect.poll(() => page.text('status')).toBe('कॉल चालू है')
    expect(await accessibilityFaults()).toEqual([])
    // Sentences end as they do in the language, and once.
    page.client.emit('call.updated', settled)
    await expect.poll(() => page.text('status')).toBe('कॉल ख़त्म हुई। आपने फ़ोन रखा।')
    const announced = words(page.element?.shadowRoot?.querySelector('[role=status].hidden'))
    expect(announced).toMatch(/^कॉल ख़त्म हुई। आपने फ़ोन रखा। .*कॉइन कटे।$/)
  })
})

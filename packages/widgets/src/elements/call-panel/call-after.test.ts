import { html } from 'lit'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { ratingOf } from '../../testing/history-samples.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { ended, ravi, running, settled, unanswered } from '../../testing/samples.ts'
import { problem, type Script } from '../../testing/scripted-client.ts'
import './call-panel.define.ts'

const endedAt = new Date().toISOString()
const over = { ...ended, endedAt }
const final = { ...settled, endedAt }

const show = async (script: Script = {}) => {
  const page = mount(html`<ihc-call-panel></ihc-call-panel>`, { calls: [running], ...script })
  const element = page.main.querySelector('ihc-call-panel')
  const find = (selector: string) => element?.shadowRoot?.querySelector<HTMLElement>(selector)
  page.client.open()
  await expect.poll(() => find("[part='timer']")).toBeTruthy()
  return { ...page, element, find, text: (name: string) => words(find(`[part~='${name}']`)) }
}

describe('the panel after a call', () => {
  it('tells how the charge came about, first without what is not settled', async () => {
    const history = [over]
    const page = await show({ history })
    page.client.emit('call.updated', over)
    await expect.poll(() => page.text('receipt')).toBe('13 × 1 min · 10 coins per minute')
    history[0] = final
    page.client.emit('call.updated', final)
    await expect.poll(() => page.text('receipt')).toBe('13 × 1 min · 10 coins per minute · Paid from: 30 bonus, 100 bought')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('tells the callee nothing of the caller’s coins', async () => {
    const page = await show({ me: ravi, history: [final] })
    page.client.emit('call.updated', final)
    await expect.poll(() => page.text('receipt')).toBe('13 × 1 min · 10 coins per minute')
  })

  it('takes a rating, with the focus kept, and keeps it while the call is settled', async () => {
    const sent: unknown[] = []
    const page = await show({
      history: [over],
      rate: (wish) => {
        sent.push(wish)
        return Promise.resolve(ratingOf(wish.score))
      },
    })
    page.client.emit('call.updated', over)
    await expect.poll(() => page.find("input[type='radio']")).toBeTruthy()
    page.find("input[type='radio']")?.focus()
    await userEvent.keyboard('{ArrowLeft}')
    page.client.emit('call.updated', final)
    await expect.poll(() => page.text('settlement')).toBe('Final')
    expect(page.find('input:checked')).toBeTruthy()
    part(page.element, 'rate').focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.text('rated')).toBe('You gave 5 stars.')
    expect(sent).toEqual([{ callId: final.id, score: 5, reasons: [] }])
    expect(page.element?.shadowRoot?.activeElement).toBe(part(page.element, 'rate'))
  })

  it('can be passed over', async () => {
    const page = await show({ history: [final] })
    page.client.emit('call.updated', final)
    await expect.poll(() => page.text('rating')).toMatch(/^Rate this call/)
    await userEvent.click(part(page.element, 'button'))
    await expect.poll(() => page.text('card')).toContain('No call right now')
  })

  it('says why a rating was not sent', async () => {
    const page = await show({ history: [final], rate: () => Promise.reject(problem('network_error')) })
    page.client.emit('call.updated', final)
    await expect.poll(() => page.find("input[type='radio']")).toBeTruthy()
    page.find("input[type='radio']")?.click()
    await expect.poll(() => page.text('rate')).toBe('Send rating')
    part(page.element, 'rate').click()
    await expect.poll(() => page.text('rating-fault')).toBe('The rating was not sent. No connection. Try again.')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('asks for no rating where nobody answered', async () => {
    const page = await show()
    page.client.emit('call.updated', { ...unanswered, answeredAt: null })
    await expect.poll(() => page.text('status')).toBe('No answer')
    expect(page.text('rating')).toBe('')
  })

  it('shows the summary without a receipt that cannot be read', async () => {
    const page = await show({ receipt: () => Promise.reject(problem('unavailable', 503)) })
    page.client.emit('call.updated', final)
    await expect.poll(() => page.text('rating')).toMatch(/^Rate this call/)
    expect(page.text('total')).toBe('130')
    expect(page.text('receipt')).toBe('')
  })
})

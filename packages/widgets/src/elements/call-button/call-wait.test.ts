import { html } from 'lit'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { asha, initiated, placeAt, ravi, raviIs } from '../../testing/samples.ts'
import { never, problem, type Script } from '../../testing/scripted-client.ts'
import { placeText } from './call-wait.ts'
import './call-button.define.ts'

const show = (script: Script = {}, language = 'en') => {
  const page = mount(html`<ihc-call-button callee-id=${ravi}></ihc-call-button>`, { presence: raviIs('busy'), ...script }, language)
  const element = page.main.querySelector('ihc-call-button')
  const find = (name: string) => element?.shadowRoot?.querySelector<HTMLElement>(`[part='${name}']`)
  const text = (name: string) => words(find(name))
  const free = (seconds: number) =>
    page.client.emit('callee.free', {
      calleeId: ravi,
      waiterId: asha,
      position: 1,
      expiresAt: new Date(Date.now() + seconds * 1_000).toISOString(),
    })
  const open = async () => {
    await expect.poll(() => find('button')).toBeTruthy()
    page.client.open()
  }
  return { ...page, element, find, text, free, open }
}
const listed = (...places: ReturnType<typeof placeAt>[]) => Promise.resolve({ data: places, nextCursor: null })

describe('tell me when free', () => {
  it('is offered for a callee who is busy or away, and for no other', async () => {
    const page = show({ presence: raviIs('online') })
    await page.open()
    await expect.poll(() => page.text('note')).toBe('10 coins per minute')
    expect(page.find('wait')).toBeFalsy()
    for (const status of ['busy', 'offline'] as const) {
      page.client.emit('presence.changed', { userId: ravi, status, rate: null })
      await expect.poll(() => page.text('wait')).toBe('Tell me when free')
    }
    expect(await accessibilityFaults()).toEqual([])
    page.client.emit('presence.changed', { userId: ravi, status: 'online', rate: null })
    await expect.poll(() => page.find('wait')).toBeFalsy()
  })

  it('takes a place by keyboard, tells which, and gives it up again, with the focus kept', async () => {
    const asked: string[] = []
    let place: ReturnType<typeof placeAt> | undefined
    const page = show({
      waiting: {
        join: ({ userId }) => (asked.push(`join ${userId}`), Promise.resolve((place = placeAt(2)))),
        leave: ({ userId }) => (asked.push(`leave ${userId}`), (place = undefined), Promise.resolve(undefined)),
        list: () => listed(...(place ? [place] : [])),
      },
    })
    await page.open()
    await expect.poll(() => page.text('wait')).toBe('Tell me when free')
    part(page.element, 'wait').focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.text('wait-note')).toBe('You are 2nd in line. You are told here when it is your turn.')
    expect(page.text('wait')).toBe('Stop waiting')
    expect(page.element?.shadowRoot?.activeElement).toBe(part(page.element, 'wait'))
    expect(await accessibilityFaults()).toEqual([])
    place = placeAt(1)
    page.client.emit('presence.changed', { userId: ravi, status: 'busy', rate: null })
    await expect.poll(() => page.text('wait-note')).toMatch(/^You are 1st in line/)
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.text('wait')).toBe('Tell me when free')
    expect(asked).toEqual([`join ${ravi}`, `leave ${ravi}`])
  })

  it('asks once for two presses', async () => {
    let asked = 0
    const page = show({ waiting: { join: () => (asked++, never()) } })
    await page.open()
    await expect.poll(() => page.text('wait')).toBe('Tell me when free')
    part(page.element, 'wait').click()
    part(page.element, 'wait').click()
    await expect.poll(() => page.text('wait')).toBe('One moment…')
    expect(asked).toBe(1)
  })

  it('says why it cannot be', async () => {
    const page = show({ waiting: { join: () => Promise.reject(problem('callee_blocked', 409)) } })
    await page.open()
    await expect.poll(() => page.text('wait')).toBe('Tell me when free')
    await userEvent.click(part(page.element, 'wait'))
    await expect.poll(() => page.text('wait-note')).toBe('You cannot call this person.')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('can be prevented by the page', async () => {
    let asked = 0
    const page = show({ waiting: { join: () => (asked++, never()) } })
    page.main.addEventListener('ihc-wait-request', (event) => event.preventDefault())
    await page.open()
    await expect.poll(() => page.text('wait')).toBe('Tell me when free')
    await userEvent.click(part(page.element, 'wait'))
    expect(asked).toBe(0)
  })
})

describe('the turn to call', () => {
  it('is told on the button with the time left, calls at a press, and passes', async () => {
    const asked: string[] = []
    const told: string[] = []
    const place = placeAt(1)
    let list = [place]
    const page = show({
      waiting: { list: () => listed(...list) },
      create: (calleeId) => (asked.push(calleeId), Promise.reject(problem('callee_busy', 409))),
    })
    page.main.addEventListener('ihc-callee-free', ({ detail }) => told.push(detail.calleeId))
    await page.open()
    await expect.poll(() => page.text('wait-note')).toMatch(/^You are 1st in line/)
    page.client.emit('presence.changed', { userId: ravi, status: 'online', rate: null })
    page.free(24)
    await expect.poll(() => page.text('button')).toBe('Free now – Call')
    expect(page.text('turn')).toMatch(/^Your turn: 2[0-4] s$/)
    expect(page.text('wait-note')).toBe('It is your turn to call.')
    expect(told).toEqual([ravi])
    expect(await accessibilityFaults()).toEqual([])
    await userEvent.click(part(page.element, 'button'))
    await expect.poll(() => asked).toEqual([ravi])
    list = []
    page.client.open({ presence: raviIs('online') })
    await expect.poll(() => page.text('wait-note')).toBe('Your turn has passed.')
    expect(page.text('button')).toBe('Call')
  })

  it('lasts its time on a device whose clock is wrong', async () => {
    const page = show({ presence: raviIs('online') })
    await page.open()
    await expect.poll(() => page.text('note')).toBe('10 coins per minute')
    await expect.poll(() => (page.free(-3_600), page.text('turn'))).toMatch(/^Your turn: (30|2\d) s$/)
    page.free(3_600)
    await expect.poll(() => page.text('turn')).toMatch(/^Your turn: (30|2\d) s$/)
  })

  it('is found again after a reload', async () => {
    const turn = placeAt(1, new Date(Date.now() + 20_000).toISOString())
    const page = show({ presence: raviIs('online'), waiting: { list: () => listed(turn) } })
    await page.open()
    await expect.poll(() => page.text('button')).toBe('Free now – Call')
    expect(page.text('turn')).toMatch(/^Your turn: (20|1\d) s$/)
  })

  it('is over when the call begins', async () => {
    const page = show({ presence: raviIs('online') })
    await page.open()
    await expect.poll(() => (page.free(25), page.text('button'))).toBe('Free now – Call')
    page.client.emit('call.updated', initiated)
    await expect.poll(() => page.text('button')).toBe('End call')
    expect(page.text('waiting')).toBe('')
    page.client.emit('call.updated', { ...initiated, status: 'no_answer', endedAt: '2026-01-05T10:00:40Z' })
    await expect.poll(() => page.text('button')).toBe('Call')
    expect(page.text('waiting')).toBe('')
  })
})

it('writes places as each language counts them', () => {
  const forms = '{n}st|{n}nd|{n}rd|{n}th'
  expect([1, 2, 3, 4, 11, 12, 21, 102].map((n) => placeText(n, forms, 'en'))).toEqual([
    ...['1st', '2nd', '3rd', '4th', '11th', '12th', '21st', '102nd'],
  ])
  expect(placeText(2, '{n}', 'hi')).toBe('2')
})

import { html } from 'lit'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { app, asha, ended, initiated, ravi, raviIs, ringing, running } from '../../testing/samples.ts'
import { never, problem, type Script } from '../../testing/scripted-client.ts'
import './call-button.define.ts'

const online = raviIs('online')

const show = (script: Script = {}, language = 'en') => {
  const page = mount(html`<ihc-call-button callee-id=${ravi}></ihc-call-button>`, { presence: online, ...script }, language)
  const element = page.main.querySelector('ihc-call-button')
  return {
    ...page,
    element,
    button: () => part(element, 'button'),
    note: () => words(part(element, 'note')),
    enabled: () => part(element, 'button').ariaDisabled === 'false',
  }
}
const shown = (page: ReturnType<typeof show>) => expect.poll(() => page.element?.shadowRoot?.querySelector('button') !== null).toBe(true)
const ready = async (page: ReturnType<typeof show>) => {
  await shown(page)
  page.client.open()
  await expect.poll(() => page.button().classList.contains('skeleton')).toBe(false)
}

describe('ihc-call-button', () => {
  it('is a skeleton that cannot be pressed until the platform has told', async () => {
    const page = show()
    await shown(page)
    expect(page.button().classList.contains('skeleton')).toBe(true)
    expect(page.enabled()).toBe(false)
    expect(await accessibilityFaults()).toEqual([])
  })

  it('offers the call with its price when the callee is online', async () => {
    const page = show()
    await ready(page)
    await expect.poll(page.note).toBe('10 coins per minute')
    expect(page.enabled()).toBe(true)
    expect(await accessibilityFaults()).toEqual([])
  })

  it('tells the callee’s own price as the platform tells it, an attribute’s before that', async () => {
    const page = show({ presence: raviIs('online', { coins: 25, seconds: 60 }) })
    await ready(page)
    await expect.poll(page.note).toBe('25 coins per minute')
    page.client.emit('presence.changed', { userId: ravi, status: 'online', rate: { coins: 4, seconds: 15 } })
    await expect.poll(page.note).toBe('16 coins per minute')
    page.element?.setAttribute('rate-coins', '1')
    await expect.poll(page.note).toBe('1 coin per minute')
    page.element?.removeAttribute('rate-coins')
    await expect.poll(page.note).toBe('16 coins per minute')
    page.client.emit('presence.changed', { userId: ravi, status: 'online', rate: null })
    await expect.poll(page.note).toBe('10 coins per minute')
  })

  it('tells no price before it is known whether the callee has one of their own', async () => {
    const page = show({ presence: [] })
    await shown(page)
    page.client.open()
    await expect.poll(() => page.client.watched).toEqual([ravi])
    page.client.emit('presence.snapshot', { presence: [{ userId: asha, status: 'online', rate: null }] })
    await page.element?.updateComplete
    expect(page.note()).toBe('')
    page.client.emit('presence.snapshot', { presence: raviIs('online', { coins: 7, seconds: 60 }) })
    await expect.poll(page.note).toBe('7 coins per minute')
  })

  it('tells a price per minute where that is whole, else as charged', async () => {
    const page = show()
    await ready(page)
    page.element?.setAttribute('rate-coins', '1')
    await expect.poll(page.note).toBe('1 coin per minute')
    page.element?.setAttribute('rate-seconds', '30')
    await expect.poll(page.note).toBe('2 coins per minute')
    page.element?.setAttribute('rate-seconds', '45')
    await expect.poll(page.note).toBe('1 coin per 45 s')
  })

  it.each([
    ['busy', 'In another call'],
    ['offline', 'Not available now'],
  ] as const)('cannot be pressed while the callee is %s, and says why', async (status, reason) => {
    let asked = 0
    const page = show({ presence: raviIs(status), create: () => Promise.resolve((asked++, ringing)) })
    await ready(page)
    await expect.poll(page.note).toBe(reason)
    page.button().focus()
    await userEvent.keyboard('{Enter}')
    expect(asked).toBe(0)
    expect(page.element?.shadowRoot?.activeElement).toBe(page.button())
    expect(await accessibilityFaults()).toEqual([])
  })

  it('makes one call of two presses, and shows it only when the platform has', async () => {
    const asked: (string | undefined)[] = []
    const answer = Promise.withResolvers<typeof initiated>()
    const page = show({
      create: (_, options) => {
        asked.push(options?.idempotencyKey)
        return answer.promise
      },
    })
    await ready(page)
    await userEvent.dblClick(page.button())
    await expect.poll(() => words(page.button())).toBe('Calling…')
    expect(asked).toHaveLength(1)
    answer.resolve(initiated)
    await expect.poll(() => words(page.button())).toBe('End call')
    expect(page.note()).toBe('Your phone will ring. Pick up.')
    expect(asked).toHaveLength(1)
  })

  it('keeps the key of a call whose answer was lost, and takes a new one after a refusal', async () => {
    const keys: (string | undefined)[] = []
    const answers = [problem('network_error'), problem('unavailable', 503), problem('callee_busy', 409), problem('callee_busy', 409)]
    const page = show({
      create: (_, options) => {
        keys.push(options?.idempotencyKey)
        return Promise.reject(answers[keys.length - 1] ?? problem('internal', 500))
      },
    })
    await ready(page)
    for (const count of [1, 2, 3, 4]) {
      await userEvent.click(page.button())
      await expect.poll(() => keys.length).toBe(count)
      await expect.poll(page.enabled).toBe(true)
    }
    expect(keys[0]).toBeTruthy()
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).toBe(keys[0])
    expect(keys[3]).not.toBe(keys[0])
  })

  it('says in plain words why a call was refused, tells the page, and forgets it when presence changes', async () => {
    const page = show({ create: () => Promise.reject(problem('insufficient_balance', 402)) })
    const heard: string[] = []
    page.main.addEventListener('ihc-error', ({ detail }) => heard.push(detail.code))
    await ready(page)
    await userEvent.click(page.button())
    await expect.poll(page.note).toBe('Not enough coins. Top up and call again.')
    expect(heard).toEqual(['insufficient_balance'])
    expect(page.enabled()).toBe(true)
    expect(await accessibilityFaults()).toEqual([])
    page.client.emit('presence.changed', { userId: ravi, status: 'busy', rate: null })
    await expect.poll(page.note).toBe('In another call')
  })

  it('ends the call by keyboard without losing the focus', async () => {
    const ending: string[] = []
    const answer = Promise.withResolvers<typeof ended>()
    const page = show({
      calls: [running],
      end: (callId) => {
        ending.push(callId)
        return answer.promise
      },
    })
    await ready(page)
    expect(words(page.button())).toBe('End call')
    expect(await accessibilityFaults()).toEqual([])
    page.button().focus()
    await userEvent.keyboard('{Enter}{Enter}')
    await expect.poll(() => words(page.button())).toBe('Ending…')
    answer.resolve(ended)
    await expect.poll(page.enabled).toBe(true)
    expect(page.note()).toBe('10 coins per minute')
    expect(ending).toEqual([running.id])
    expect(page.element?.shadowRoot?.activeElement).toBe(page.button())
  })

  it('is not pressed while this user talks to somebody else', async () => {
    const page = show({ calls: [{ ...running, calleeId: 'meera' }] })
    await ready(page)
    expect(page.note()).toBe('You are in a call')
    expect(page.enabled()).toBe(false)
  })

  it('cannot call oneself', async () => {
    const page = show({ me: ravi })
    await ready(page)
    expect(page.note()).toBe('This is you')
  })

  it('waits without a connection', async () => {
    const page = show()
    await ready(page)
    page.client.connection('offline')
    await expect.poll(page.note).toBe('No connection. Trying again…')
    expect(page.enabled()).toBe(false)
  })

  it('leaves the call to the page when a listener prevents the request', async () => {
    let asked = 0
    const page = show({ create: () => (asked++, never()) })
    await ready(page)
    page.element?.addEventListener('ihc-call-request', (event) => event.preventDefault())
    await userEvent.click(page.button())
    expect(asked).toBe(0)
    expect(words(page.button())).toBe('Call')
  })

  it('speaks Hindi', async () => {
    const page = show({}, 'hi')
    await ready(page)
    await expect.poll(page.note).toBe(`${app.rate.coins} कॉइन प्रति मिनट`)
  })

  it('watches only while it is there, and whom it is about', async () => {
    const page = show()
    await ready(page)
    expect(page.client.watched).toEqual([ravi])
    page.element?.setAttribute('callee-id', asha)
    await expect.poll(() => page.client.watched).toEqual([asha])
    page.element?.remove()
    await expect.poll(() => page.client.watched).toEqual([])
  })
})

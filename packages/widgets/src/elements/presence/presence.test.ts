import { html } from 'lit'
import { describe, expect, it } from 'vitest'
import { accessibilityFaults } from '../../testing/axe.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { ravi, raviIs } from '../../testing/samples.ts'
import type { Script } from '../../testing/scripted-client.ts'
import './presence.define.ts'

const show = (script: Script = {}, language = 'en') => {
  const page = mount(html`<ihc-presence user-id=${ravi}></ihc-presence>`, { presence: raviIs('online'), ...script }, language)
  const element = page.main.querySelector('ihc-presence')
  return { ...page, element, text: () => words(element?.shadowRoot?.querySelector('[part=label]')) }
}

describe('ihc-presence', () => {
  it('is a skeleton first, then tells the state as it changes', async () => {
    const { client, element, text } = show()
    await expect.poll(text).toBe('Loading…')
    expect(part(element, 'presence').ariaBusy).toBe('true')
    expect(await accessibilityFaults()).toEqual([])
    client.open()
    await expect.poll(text).toBe('Online')
    expect(await accessibilityFaults()).toEqual([])
    for (const [status, word] of [
      ['busy', 'In a call'],
      ['offline', 'Offline'],
    ] as const) {
      client.emit('presence.changed', { userId: ravi, status, rate: null })
      await expect.poll(text).toBe(word)
      expect(await accessibilityFaults()).toEqual([])
    }
  })

  it('keeps the last known state without a connection, marked as such, and says when none is known', async () => {
    const { client, text } = show()
    await expect.poll(text).toBe('Loading…')
    client.connection('offline')
    await expect.poll(text).toBe('Not known')
    client.open()
    await expect.poll(text).toBe('Online')
    client.connection('offline')
    await expect.poll(text).toBe('Online, last known')
  })

  it('forgets what a new snapshot does not hold', async () => {
    const { client, text } = show()
    await expect.poll(text).toBe('Loading…')
    client.open()
    await expect.poll(text).toBe('Online')
    client.open({ presence: [] })
    await expect.poll(text).toBe('Loading…')
  })

  it('asks the API where the client was connected before', async () => {
    const { text } = show({ connection: 'open' })
    await expect.poll(text).toBe('Online')
  })

  it('speaks Hindi', async () => {
    const { client, text } = show({}, 'hi-IN')
    client.open()
    await expect.poll(text).toBe('ऑनलाइन')
  })
})

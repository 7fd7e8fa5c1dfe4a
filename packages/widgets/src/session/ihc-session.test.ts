import type { ConnectClient } from '@impacthub/sdk'
import { html, LitElement, render } from 'lit'
import { describe, expect, it } from 'vitest'
import '../elements/call-button/call-button.define.ts'
import '../elements/call-panel/call-panel.define.ts'
import { connectEvent } from '../base/events.ts'
import { mount, part, words } from '../testing/mount.ts'
import { asha, ravi, raviIs, running, settled } from '../testing/samples.ts'
import { scriptedClient } from '../testing/scripted-client.ts'
import { IhcSession } from './ihc-session.ts'

const button = html`<ihc-call-button callee-id=${ravi}></ihc-call-button>`
const online = raviIs('online')
const labelOf = (element: Element | null | undefined) => words(element?.shadowRoot?.querySelector('button'))
const noteOf = (element: Element | null | undefined) => words(element?.shadowRoot?.querySelector('#note'))

describe('ihc-session', () => {
  it('is found through shadow roots', async () => {
    class HostCard extends LitElement {
      protected override render() {
        return button
      }
    }
    customElements.define('host-card', HostCard)
    const { client, main } = mount(html`<host-card></host-card>`, { presence: online })
    await expect.poll(() => client.watched).toEqual([ravi])
    client.open()
    await expect
      .poll(() => noteOf(main.querySelector('host-card')?.shadowRoot?.querySelector('ihc-call-button')))
      .toBe('10 coins per minute')
  })

  it('serves elements that come before its client, and gives them the next one', async () => {
    const { main, session, client } = mount(button, { presence: online, calls: [running] })
    const element = main.querySelector('ihc-call-button')
    await expect.poll(() => client.watched).toEqual([ravi])
    client.open()
    await expect.poll(() => labelOf(element)).toBe('End call')
    const next = scriptedClient({ presence: raviIs('busy') })
    session.client = next
    await expect.poll(() => next.watched).toEqual([ravi])
    expect(client.watched).toEqual([])
    next.open()
    await expect.poll(() => noteOf(element)).toBe('In another call')
    client.emit('call.updated', running)
    expect(labelOf(element)).toBe('Call')
  })

  it('goes on when it is moved, and stops when it is taken away', async () => {
    const { main, session, client } = mount(button, { presence: online })
    await expect.poll(() => client.watched).toEqual([ravi])
    const aside = document.createElement('aside')
    main.append(aside)
    aside.append(session)
    await expect.poll(() => client.watched).toEqual([ravi])
    client.open()
    await expect.poll(() => noteOf(session.querySelector('ihc-call-button'))).toBe('10 coins per minute')
    session.remove()
    await expect.poll(() => client.watched).toEqual([])
    main.append(session)
    await expect.poll(() => client.watched).toEqual([ravi])
  })

  it('makes its own client of address, key and token, asks for the token in force, and takes nothing of the page’s', async () => {
    const main = document.createElement('main')
    document.body.replaceChildren(main)
    const asked: string[] = []
    const token = (name: string) => () => {
      asked.push(name)
      return Promise.reject(new Error('no token today'))
    }
    const session = new IhcSession()
    session.baseUrl = location.origin
    session.publishableKey = 'pk_test_0000000000000000'
    main.append(session)
    render(button, session)
    await session.updateComplete
    expect(asked).toEqual([])
    session.getToken = token('first')
    await expect.poll(() => asked).toContain('first')
  })

  it('tells the page what came of a call found running, each thing once', async () => {
    const { client, main, session } = mount(html`<ihc-call-panel></ihc-call-panel>`, { calls: [running] })
    const told: string[] = []
    for (const name of ['ihc-call-started', 'ihc-call-ended', 'ihc-call-settled'] as const) {
      main.addEventListener(name, ({ detail }) => told.push(`${name} ${detail.call.id}`))
    }
    await session.updateComplete
    client.open()
    client.open()
    await expect.poll(() => told).toEqual([`ihc-call-started ${running.id}`])
    client.emit('call.updated', settled)
    client.emit('call.updated', settled)
    await expect.poll(() => told).toHaveLength(3)
    expect(told.slice(1)).toEqual([`ihc-call-ended ${running.id}`, `ihc-call-settled ${running.id}`])
  })

  it('acts once for the innermost session, and on events of the page’s own buttons', async () => {
    const asked: string[] = []
    const client = (name: string) => scriptedClient({ presence: online, create: () => (asked.push(name), Promise.resolve(running)) })
    const inner: ConnectClient = client('inner')
    const nested = html`<ihc-session .client=${inner}><button id="own">Own</button></ihc-session>`
    const { main } = mount(nested, { create: () => (asked.push('outer'), Promise.resolve(running)) })
    const own = main.querySelector('#own')
    await expect.poll(() => main.querySelector('ihc-session ihc-session')?.shadowRoot?.querySelector('slot')).toBeTruthy()
    own?.dispatchEvent(new CustomEvent('ihc-call-request', { detail: { calleeId: ravi }, bubbles: true, composed: true, cancelable: true }))
    await expect.poll(() => asked).toEqual(['inner'])
  })

  it('does nothing that a listener on the session itself has prevented', async () => {
    const asked: string[] = []
    const create = (calleeId: string) => (asked.push(calleeId), Promise.resolve(running))
    const { session, client } = mount(button, { create })
    await expect.poll(() => client.watched).toEqual([ravi])
    const ask = (calleeId: string) =>
      session.querySelector('ihc-call-button')?.dispatchEvent(connectEvent('ihc-call-request', { calleeId }))
    session.addEventListener('ihc-call-request', (event) => event.preventDefault(), { once: true })
    ask('prevented')
    ask('wanted')
    await expect.poll(() => asked).toEqual(['wanted'])
  })

  it('changes its language while it runs, and keeps English where there is none', async () => {
    const { client, main, session } = mount(button, { presence: online })
    const element = main.querySelector('ihc-call-button')
    await expect.poll(() => client.watched).toEqual([ravi])
    client.open()
    await expect.poll(() => noteOf(element)).toBe('10 coins per minute')
    session.language = 'hi-IN'
    await expect.poll(() => noteOf(element)).toBe('10 कॉइन प्रति मिनट')
    session.language = 'constructor'
    await expect.poll(() => noteOf(element)).toBe('10 coins per minute')
  })

  it('restores the call at once from a client that was connected before', async () => {
    const { main } = mount(html`<ihc-call-panel></ihc-call-panel>`, { connection: 'open', calls: [running], me: asha })
    const panel = main.querySelector('ihc-call-panel')
    await expect.poll(() => panel?.shadowRoot?.querySelector('h2')?.textContent).toBe('Ravi Kumar')
    expect(words(part(panel, 'timer'))).toMatch(/^02:0/)
  })
})

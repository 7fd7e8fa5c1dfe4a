import { LitElement } from 'lit'
import { createElement, createRef, lazy, StrictMode, Suspense, type ComponentProps, type ReactNode } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { connectEvent } from '../base/events.ts'
import { part, words } from '../testing/mount.ts'
import { serverHtml, serverPage } from '../testing/react-page.ts'
import { asha, ravi, raviIs, running } from '../testing/samples.ts'
import { never, scriptedClient } from '../testing/scripted-client.ts'
import { component } from './component.ts'
import { IhcCallButton, IhcPresence, IhcSession, IhcTopup } from './index.ts'

const roots: Root[] = []

afterEach(() => {
  for (const root of roots.splice(0)) root.unmount()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** A page with React in it. */
function page(content: ReactNode) {
  const main = document.createElement('main')
  document.body.replaceChildren(main)
  const root = createRoot(main)
  roots.push(root)
  root.render(content)
  return { main, root, find: (selector: string) => main.querySelector(selector), render: (next: ReactNode) => root.render(next) }
}

/** A page that a server has rendered. */
function takeOver(html: string, content: ReactNode) {
  const main = document.createElement('main')
  main.innerHTML = html
  document.body.replaceChildren(main)
  const onRecoverableError = vi.fn()
  roots.push(hydrateRoot(main, content, { onRecoverableError }))
  return { main, onRecoverableError }
}

const online = raviIs('online')
const button = (props: ComponentProps<typeof IhcCallButton> = {}) => createElement(IhcCallButton, { calleeId: ravi, ...props })
const labelOf = (element: Element | null) => words(element?.shadowRoot?.querySelector('button'))
const enabled = (element: Element | null) => element?.shadowRoot?.querySelector('button')?.ariaDisabled === 'false'

describe('a component', () => {
  it('is loaded when it is wanted: until then the page shows its fallback', async () => {
    let arrive = () => {}
    const code = new Promise<void>((resolve) => (arrive = resolve))
    const Wallet = lazy(() => code.then(() => import('./wallet.ts')))
    const client = scriptedClient()
    const { main, find } = page(
      createElement(IhcSession, { client }, createElement(Suspense, { fallback: 'One moment' }, createElement(Wallet))),
    )
    await expect.poll(() => words(main)).toBe('One moment')
    expect(find('ihc-session')).not.toBeNull()
    expect(find('ihc-wallet')).toBeNull()
    arrive()
    await expect.poll(() => find('ihc-wallet')).not.toBeNull()
    client.open()
    await expect.poll(() => words(find('ihc-wallet')?.shadowRoot?.querySelector("[part='balance']"))).not.toBe('')
    expect(words(main)).not.toContain('One moment')
  })

  it('sets properties, changes them, and takes them back', async () => {
    const client = scriptedClient({ presence: online })
    const show = (props: ComponentProps<typeof IhcCallButton>) => createElement(IhcSession, { client }, createElement(IhcCallButton, props))
    const { find, render } = page(show({ calleeId: ravi, rateCoins: 3, 'aria-label': 'Ravi' }))
    await expect.poll(() => client.watched).toEqual([ravi])
    const element = find('ihc-call-button')
    expect(element).toMatchObject({ calleeId: ravi, rateCoins: 3 })
    expect(element?.getAttributeNames()).toEqual(['aria-label'])
    render(show({ calleeId: asha }))
    await expect.poll(() => client.watched).toEqual([asha])
    expect(find('ihc-call-button')).toBe(element)
    expect(element).toMatchObject({ calleeId: asha, rateCoins: undefined })
  })

  it('leaves alone what the user has chosen, however often the page renders', async () => {
    const client = scriptedClient()
    const show = (turn: string, packId: string) => {
      const rest = { prefill: { name: 'Asha' }, onIhcTopupPaid: () => {}, lang: turn }
      return createElement(IhcSession, { client }, createElement(IhcTopup, { packId, ...rest }))
    }
    const { find, render } = page(show('en', 'small'))
    const element = () => find('ihc-topup')
    const pay = () => words(element()?.shadowRoot?.querySelector("[part='pay']"))
    await expect.poll(pay).toBe('Pay ₹99')
    element()?.shadowRoot?.querySelectorAll('input')[2]?.click()
    await expect.poll(pay).toBe('Pay ₹799.50')
    render(show('hi', 'small'))
    await expect.poll(() => find('ihc-topup:lang(hi)')).not.toBeNull()
    expect(element()).toMatchObject({ packId: 'large' })
    render(show('hi', 'medium'))
    await expect.poll(pay).toBe('Pay ₹449')
  })

  it('gives its element to a ref, and does the clean-up that the ref answers', async () => {
    const told: string[] = []
    const kept = createRef<HTMLElementTagNameMap['ihc-session']>()
    const ref = (element: HTMLElement | null) => {
      told.push(element?.localName ?? 'nothing')
      return () => void told.push('cleaned up')
    }
    const { find, render } = page(createElement(IhcSession, { ref: kept }, button({ ref })))
    await expect.poll(() => told).toEqual(['ihc-call-button'])
    expect(kept.current).toBe(find('ihc-session'))
    render(null)
    await expect.poll(() => told).toEqual(['ihc-call-button', 'cleaned up'])
    expect(kept.current).toBeNull()
  })

  it('takes over what a server has rendered', async () => {
    const said = vi.spyOn(console, 'error')
    const { main, onRecoverableError } = takeOver(serverHtml, serverPage)
    const element = main.querySelector('ihc-call-button')
    await expect.poll(() => element?.calleeId).toBe(ravi)
    expect(main.querySelector('ihc-session')).toMatchObject({ baseUrl: '/connect' })
    expect(main.querySelector('ihc-call-button')).toBe(element)
    expect(onRecoverableError).not.toHaveBeenCalled()
    expect(said).not.toHaveBeenCalled()
  })

  it('does so too where a script tag has registered the element', async () => {
    const Presence = component('ihc-presence', class extends LitElement {})
    const { main } = takeOver('<ihc-presence></ihc-presence>', createElement(Presence, { userId: ravi } as object))
    await expect.poll(() => main.querySelector('ihc-presence')?.userId).toBe(ravi)
    expect(main.innerHTML).toBe('<ihc-presence></ihc-presence>')
  })
})

describe('an event', () => {
  type Heard = { readonly [Name in 'onButton' | 'onSession']?: ComponentProps<typeof IhcCallButton>['onIhcCallRequest'] }

  /** A page whose call button was pressed. */
  async function press({ onButton, onSession }: Heard) {
    const placed: string[] = []
    const create = (calleeId: string) => (placed.push(calleeId), Promise.resolve(running))
    const client = scriptedClient({ presence: online, create, end: (callId) => (placed.push(callId), never()) })
    const shown = page(createElement(IhcSession, { client, onIhcCallRequest: onSession }, button({ onIhcCallRequest: onButton })))
    await expect.poll(() => client.watched).toEqual([ravi])
    client.open()
    await expect.poll(() => enabled(shown.find('ihc-call-button'))).toBe(true)
    await userEvent.click(part(shown.find('ihc-call-button'), 'button'))
    return { ...shown, client, placed }
  }

  it('reaches its handler with what it tells, and the session acts on it', async () => {
    const heard: unknown[] = []
    const { placed, find } = await press({
      onButton: ({ detail }) => heard.push(detail.calleeId),
      onSession: ({ detail }) => heard.push(detail),
    })
    expect(heard).toEqual([ravi, { calleeId: ravi, channel: undefined }])
    await expect.poll(() => placed).toEqual([ravi])
    await expect.poll(() => labelOf(find('ihc-call-button'))).toBe('End call')
  })

  it.each(['onButton', 'onSession'] as const)('is not acted on when its handler prevents that (%s)', async (place) => {
    const asked = vi.fn((event: Event) => event.preventDefault())
    const { placed, find } = await press({ [place]: asked })
    expect(asked).toHaveBeenCalledOnce()
    find('ihc-call-button')?.dispatchEvent(connectEvent('ihc-call-end-request', { callId: 'another' }))
    await expect.poll(() => placed).toEqual(['another'])
  })
})

/** The platform's side of live connections: counts those that are open. */
function sockets() {
  const open = new Set<EventTarget>()
  let opened = 0
  class Line extends EventTarget {
    readyState = 0
    readonly OPEN = 1
    constructor() {
      super()
      opened++
      open.add(this)
    }
    close() {
      open.delete(this)
    }
  }
  vi.stubGlobal('WebSocket', Line)
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ ticket: 'one', expiresAt: '2026-01-05T12:00:00Z' })))
  return { open, opened: () => opened }
}

describe('a session', () => {
  const own = (getToken: () => Promise<string>, rest: object = {}) =>
    createElement(IhcSession, { baseUrl: location.origin, publishableKey: 'pk_test_0000000000000000', getToken, ...rest }, button())

  it('has one connection in strict mode, keeps it whatever function asks for tokens, and lets go of it with the page', async () => {
    const { open, opened } = sockets()
    const { render, find } = page(
      createElement(
        StrictMode,
        null,
        own(async () => 'first'),
      ),
    )
    await expect.poll(() => open.size).toBe(1)
    for (const turn of ['two', 'three']) {
      render(
        createElement(
          StrictMode,
          null,
          own(async () => turn, { id: turn }),
        ),
      )
      await expect.poll(() => find(`#${turn}`)).not.toBeNull()
    }
    expect(find('ihc-session')).toMatchObject({ getToken: expect.any(Function) })
    expect(opened()).toBe(1)
    expect(open.size).toBe(1)
    render(null)
    await expect.poll(() => open.size).toBe(0)
    expect(opened()).toBe(1)
  })

  it('asks the function of the last render', async () => {
    const asked: string[] = []
    const token = (name: string) => () => (asked.push(name), Promise.reject(new Error('no token today')))
    const { render } = page(own(token('first')))
    await expect.poll(() => asked).toContain('first')
    render(own(token('second')))
    await expect.poll(() => asked).toContain('second')
  })

  it('knows nothing of the one beside it', async () => {
    const [left, right] = [scriptedClient({ presence: online }), scriptedClient({ presence: raviIs('busy') })]
    const presence = createElement(IhcPresence, { userId: ravi })
    const { main, render } = page([
      createElement(IhcSession, { client: left, key: 'left' }, presence),
      createElement(IhcSession, { client: right, key: 'right' }, presence),
    ])
    await expect.poll(() => [left.watched, right.watched]).toEqual([[ravi], [ravi]])
    left.open()
    right.open()
    const labels = () => [...main.querySelectorAll('ihc-presence')].map((one) => words(one.shadowRoot?.querySelector("[part='label']")))
    await expect.poll(labels).toEqual(['Online', 'In a call'])
    render([createElement(IhcSession, { client: right, key: 'right' }, presence)])
    await expect.poll(() => [left.watched, right.watched]).toEqual([[], [ravi]])
  })
})

import { html } from 'lit'
import { expect } from 'vitest'
import { userEvent } from 'vitest/browser'
import { mount, part, words } from './mount.ts'
import type { Script } from './scripted-client.ts'
import type { FakeCheckout } from './scripted-topups.ts'
import '../elements/topup/topup.define.ts'

/** The element on a page of its own, with what its tests ask of it. */
export const show = (script: Script = {}, language = 'en', content = html`<ihc-topup></ihc-topup>`) => {
  const page = mount(content, script, language)
  const element = page.main.querySelector('ihc-topup')
  const find = (selector: string) => element?.shadowRoot?.querySelector<HTMLElement>(selector)
  const text = (name: string) => words(find(`[part~='${name}']`))
  const rows = () => [...(element?.shadowRoot?.querySelectorAll("[part='pack']") ?? [])].map(words)
  const events: unknown[] = []
  for (const name of ['ihc-topup-found', 'ihc-topup-paid', 'ihc-topup-pending', 'ihc-topup-dismissed', 'ihc-topup-failed'] as const)
    page.main.addEventListener(name, ({ detail }) => events.push([name, 'reason' in detail ? detail.reason : detail.topup.id]))
  /** Presses "Pay" and gives the provider's window. */
  const pay = async (): Promise<FakeCheckout> => {
    await expect.poll(rows).not.toEqual([])
    const before = globalThis.fakeCheckouts?.length ?? 0
    await userEvent.click(part(element, 'pay'))
    await expect.poll(() => globalThis.fakeCheckouts?.length ?? 0).toBe(before + 1)
    const opened = globalThis.fakeCheckouts?.[before]
    if (!opened) throw new Error('no checkout was opened')
    return opened
  }
  return { ...page, element, find, text, rows, events, pay }
}

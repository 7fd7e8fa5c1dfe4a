import { html } from 'lit'
import { expect } from 'vitest'
import { userEvent } from 'vitest/browser'
import { mount, words } from './mount.ts'
import type { Script } from './scripted-client.ts'
import '../elements/call-history/call-history.define.ts'

/** The element on a page of its own, with what its tests ask of it. */
export const show = (script: Script = {}, language = 'en') => {
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
export const receiptIn = (element: Element | null): Record<string, string> =>
  Object.fromEntries([...(element?.shadowRoot?.querySelectorAll('dd') ?? [])].map((one) => [one.getAttribute('part') ?? '', words(one)]))

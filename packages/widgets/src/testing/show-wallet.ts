import { html } from 'lit'
import { expect } from 'vitest'
import { userEvent } from 'vitest/browser'
import { mount, words } from './mount.ts'
import type { Script } from './scripted-client.ts'
import '../elements/wallet/wallet.define.ts'

/** The element on a page of its own, with what its tests ask of it. */
export const show = (script: Script = {}, language = 'en') => {
  const page = mount(html`<ihc-wallet></ihc-wallet>`, script, language)
  const element = page.main.querySelector('ihc-wallet')
  const root = () => element?.shadowRoot
  const find = (selector: string) => root()?.querySelector<HTMLElement>(selector)
  const all = (selector: string) => [...(root()?.querySelectorAll<HTMLElement>(selector) ?? [])]
  const text = (name: string) => words(find(`[part~='${name}']`))
  /** Each line as it is read out, and the change that is seen beside it. */
  const lines = () =>
    all("[part='row']").map((row) => `${words(row.querySelector('.hidden'))} | ${words(row.querySelector("[part='coins']"))}`)
  const open = async (index = 0) => {
    await expect.poll(() => lines().length).toBeGreaterThan(index)
    await userEvent.click(all("[part='row']")[index] ?? document.body)
  }
  const choose = async (name: string) => {
    await expect.poll(() => all("[part='filter']").map(words)).toContain(name)
    await userEvent.click(all("[part='filter']").find((chip) => words(chip) === name) ?? document.body)
  }
  /** The figures of the open receipt, by part. */
  const receipt = (): Record<string, string> =>
    Object.fromEntries(all('.receipt dd').map((one) => [one.getAttribute('part') ?? '', words(one)]))
  return { ...page, element, find, all, text, lines, open, choose, receipt, focused: () => root()?.activeElement }
}

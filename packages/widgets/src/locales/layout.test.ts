import { html } from 'lit'
import { afterEach, describe, expect, it } from 'vitest'
import '../define.ts'
import { pastCalls } from '../testing/history-samples.ts'
import { mount } from '../testing/mount.ts'
import { raviIs, running, wallet } from '../testing/samples.ts'
import { newcomer } from '../testing/scripted-referral.ts'
import { withdrawal } from '../testing/scripted-withdrawals.ts'
import { catalogues } from './catalogue.ts'

/** Each with as much to say as it can have at once. */
const show = () => {
  const page = mount(
    html`<ihc-presence user-id="ravi"></ihc-presence>
      <ihc-call-button callee-id="ravi"></ihc-call-button>
      <ihc-call-panel></ihc-call-panel>
      <ihc-wallet></ihc-wallet>
      <ihc-topup></ihc-topup>
      <ihc-withdraw></ihc-withdraw>
      <ihc-kyc-uploader></ihc-kyc-uploader>
      <ihc-referral></ihc-referral>
      <ihc-call-history></ihc-call-history>`,
    {
      presence: raviIs('online'),
      calls: [running],
      history: pastCalls.slice(0, 5),
      kyc: { status: 'rejected', reasons: ['name_mismatch', 'unreadable'] },
      standing: newcomer,
      terms: { payees: [withdrawal.payee], coolingHours: 24 },
      wallet: { buckets: { ...wallet.buckets, held: 120 }, owedCoins: 25 },
      withdrawals: [withdrawal],
    },
  )
  // What is left of a phone of 320 pixels between its page's margins.
  page.main.style.width = '288px'
  page.client.open()
  return { ...page, elements: [...page.session.children] }
}

const spoken = (element: Element) => element.shadowRoot?.querySelector<HTMLElement>('[lang]')
const inside = (root: ParentNode | null | undefined, selector: string) => [...(root?.querySelectorAll(selector) ?? [])]

/** What stands out of its element at a side, or is cut off in it. Rows that are pressed reach to the edge of their card on purpose. */
function faultsOf(element: Element): string[] {
  const card = inside(element.shadowRoot, '.card')[0]
  const margin = card ? Number.parseFloat(getComputedStyle(card).paddingLeft) : 0
  const { left, right } = (card ?? element).getBoundingClientRect()
  return inside(element.shadowRoot, '*')
    .filter(
      (one) => one !== card && !one.closest('.hidden, .none, .filters, .toggle, .stars, svg') && one.getBoundingClientRect().width > 0,
    )
    .filter((one) => {
      const box = one.getBoundingClientRect()
      const cut = getComputedStyle(one).overflowY === 'hidden' && one.scrollHeight > one.clientHeight + 1
      return cut || box.left < left + margin - 1 || box.right > right - margin + 1
    })
    .map((one) => `${element.localName}: ${one.outerHTML.slice(0, 80)}`)
}

describe('elements in every language', () => {
  afterEach(() => document.documentElement.removeAttribute('dir'))

  it('run in its direction, whatever that of the page is, and fit a narrow phone', async () => {
    document.documentElement.dir = 'rtl'
    const { session, elements } = show()
    const last = ['timer', 'transaction', 'pack', 'withdrawal', 'slot', 'use', 'call-back']
    const there = () => last.filter((part) => elements.some(({ shadowRoot }) => shadowRoot?.querySelector(`[part='${part}']`)))
    await expect.poll(there).toEqual(last)
    for (const language of [...catalogues.keys(), 'en']) {
      session.language = language
      const told = () => elements.map((element) => spoken(element)?.lang.split('-')[0])
      await expect.poll(told).toEqual(elements.map(() => language))
      const directions = elements.map((element) => getComputedStyle(spoken(element) ?? element).direction)
      expect([language, ...directions]).toEqual([language, ...elements.map(() => (language === 'ur' ? 'rtl' : 'ltr'))])
      expect([language, ...elements.flatMap(faultsOf)]).toEqual([language])
    }
    expect(document.documentElement.dir).toBe('rtl')
  })

  it('type codes from left to right in Urdu too, turn arrows around and leave names their own order', async () => {
    const { session } = show()
    session.language = 'ur'
    const root = (name: string) => session.querySelector(name)?.shadowRoot
    await expect.poll(() => inside(root('ihc-call-history'), "[lang='ur'] .way").length).toBe(5)
    await expect.poll(() => inside(root('ihc-referral'), "[lang='ur'] [name='code']").length).toBe(1)
    const style = (name: string, selector: string) =>
      inside(root(name), selector)
        .slice(0, 1)
        .map((one) => getComputedStyle(one))[0]
    expect(style('ihc-call-history', '.way')?.scale).toBe('-1 1')
    expect(style('ihc-call-button', 'svg')?.scale).toBe('none')
    expect(style('ihc-referral', "[name='code']")?.direction).toBe('ltr')
    expect(style('ihc-withdraw', "[name='coins']")?.direction).toBe('ltr')
    expect(style('ihc-call-panel', "[part='name'] bdi")?.direction).toBe('ltr')
    expect(style('ihc-call-panel', "[part='name']")?.direction).toBe('rtl')
  })
})

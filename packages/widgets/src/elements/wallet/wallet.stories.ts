import type { Meta, StoryObj } from '@storybook/web-components-vite'
import type { WalletReceipt } from '@impacthub/sdk'
import { html } from 'lit'
import { transactions, wallet } from '../../testing/samples.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { heldForRavi } from '../../testing/scripted-wallet.ts'
import { eventually, says, stage, type Scene } from '../../testing/stage.ts'
import './wallet.define.ts'

const story = (scene: Scene, text: string): StoryObj => ({
  render: () => stage(html`<ihc-wallet></ihc-wallet>`, scene),
  play: ({ canvasElement }) => says(canvasElement, text),
})
/** A story in which one thing after the other is pressed, once it is there. */
const pressed = (scene: Scene, text: string, ...selectors: string[]): StoryObj => ({
  render: () => stage(html`<ihc-wallet></ihc-wallet>`, scene),
  play: async ({ canvasElement }) => {
    for (const selector of selectors) {
      const found = await eventually(() => canvasElement.querySelector('ihc-wallet')?.shadowRoot?.querySelector(selector), selector)
      if (found instanceof HTMLElement) found.click()
    }
    await says(canvasElement, text)
  },
})
const used: WalletReceipt['used'] = [
  { bucket: 'bonus', coins: 25, grantedBy: 'txn_1', expiresAt: '2026-02-01T00:00:00Z' },
  { bucket: 'purchased', coins: 5, grantedBy: 'txn_2', expiresAt: null },
]
const takenBack = { id: 'txn_9', type: 'reversal', coins: -40, description: 'Given twice', createdAt: '2026-01-05T11:00:00Z' }
const chip = (place: number) => `[part='filter']:nth-child(${place})`
const row = (place: number) => `[part='transaction']:nth-child(${place}) [part='row']`
const fails = (after: number) => {
  let calls = 0
  return () => (calls++ < after ? Promise.resolve() : Promise.reject(problem('unavailable', 503)))
}

const meta: Meta = { title: 'Wallet', component: 'ihc-wallet' }
export default meta

export const Skeleton = story({ unopened: true, beforeWallet: never }, 'Loading your wallet…')
export const Full = story({}, '1,245')
const holding = { balance: 1_125, buckets: { ...wallet.buckets, held: 120 } }
export const HeldForCall = story({ wallet: holding }, 'For a call with Ravi Kumar')
export const HeldForSeveral = story(
  {
    wallet: { ...holding, buckets: { ...wallet.buckets, held: 170 } },
    holds: [
      heldForRavi,
      { ...heldForRavi, id: 'txn_2', coins: 50, call: undefined, description: 'Withdrawal', expiresAt: '2026-01-08T10:00:00Z' },
    ],
  },
  'at the latest',
)
export const ExpiringAndOwed = story({ wallet: { expiring: { coins: 30, at: '2026-02-01T00:00:00Z' }, owedCoins: 25 } }, 'You owe 25 coins')
export const OnlyCalls = pressed({}, 'Earned from a call with Meera Iyer', chip(2))
export const NoneOfThisKind = pressed({}, 'None of this kind.', chip(6))
export const NoneSoFar = pressed({ lookedAt: 4 }, 'Look further back', chip(6))
export const ReceiptOfCall = pressed({ walletReceipt: () => Promise.resolve({ used }) }, '25 bonus, 5 bought', row(1))
export const ReceiptOfBonus = pressed(
  {
    walletReceipt: () =>
      Promise.resolve({
        granted: [{ bucket: 'bonus', coins: 50, leftCoins: 10, expiresAt: '2026-02-01T00:00:00Z' }],
        reversedBy: [takenBack],
      }),
  },
  '10, expiring on',
  row(4),
)
export const ReceiptLoading = pressed({ walletReceipt: never }, 'Loading the receipt…', row(1))
export const ReceiptFailed = pressed({ walletReceipt: () => Promise.reject(problem('unavailable')) }, 'could not be loaded', row(1))
export const Empty = story(
  { wallet: { balance: 0, buckets: { bonus: 0, purchased: 0, earned: 0, held: 0 }, withdrawable: 0 }, transactions: [] },
  'No transactions yet.',
)
export const Failed = story({ beforeWallet: fails(0), unopened: true }, 'could not be loaded')
export const RefreshFailed: StoryObj = {
  render: () => stage(html`<ihc-wallet></ihc-wallet>`, { beforeWallet: fails(4) }),
  play: async ({ canvasElement }) => {
    await says(canvasElement, '1,245')
    canvasElement
      .querySelector('ihc-wallet')
      ?.dispatchEvent(new CustomEvent('ihc-wallet-refresh-request', { bubbles: true, composed: true }))
    await says(canvasElement, 'Could not refresh')
  },
}
export const NoConnection = story({ then: (client) => setTimeout(() => client.connection('offline'), 50) }, 'You see the last known state')
export const LongWords = story(
  {
    wallet: { balance: 123_456_789, buckets: { bonus: 1_234_567, purchased: 121_222_222, earned: 1_000_000, held: 0 } },
    transactions: transactions.map((row) => ({
      ...row,
      description: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter '.repeat(2),
    })),
  },
  '123,456,789',
)
export const Hindi = story({ language: 'hi' }, 'Ravi Kumar के साथ कॉल')
export const ReceiptDark: StoryObj = { ...ReceiptOfCall, globals: { scheme: 'dark' } }
export const ExpiringAndOwedDark: StoryObj = { ...ExpiringAndOwed, globals: { scheme: 'dark' } }
export const Dark: StoryObj = { ...HeldForCall, globals: { scheme: 'dark' } }
export const SkeletonDark: StoryObj = { ...Skeleton, globals: { scheme: 'dark' } }

import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import { transactions, wallet } from '../../testing/samples.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { says, stage, type Scene } from '../../testing/stage.ts'
import './wallet.define.ts'

const story = (scene: Scene, text: string): StoryObj => ({
  render: () => stage(html`<ihc-wallet></ihc-wallet>`, scene),
  play: ({ canvasElement }) => says(canvasElement, text),
})
const fails = (after: number) => {
  let calls = 0
  return () => (calls++ < after ? Promise.resolve() : Promise.reject(problem('unavailable', 503)))
}

const meta: Meta = { title: 'Wallet', component: 'ihc-wallet' }
export default meta

export const Skeleton = story({ unopened: true, beforeWallet: never }, 'Loading your wallet…')
export const Full = story({}, '1,245')
export const HeldForCall = story({ wallet: { balance: 1_125, buckets: { ...wallet.buckets, held: 120 } } }, 'are held for a call')
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
export const Hindi = story({ language: 'hi' }, 'ताज़ा लेन-देन')
export const Dark: StoryObj = { ...HeldForCall, globals: { scheme: 'dark' } }
export const SkeletonDark: StoryObj = { ...Skeleton, globals: { scheme: 'dark' } }

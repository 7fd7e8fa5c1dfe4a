import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import { app, packs } from '../../testing/samples.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { openTopup, proof, type FakeCheckout } from '../../testing/scripted-topups.ts'
import { eventually, says, stage, type Scene } from '../../testing/stage.ts'
import './topup.define.ts'

const element = html`<ihc-topup pack-id="medium"></ihc-topup>`
const begin = () => sessionStorage.clear()
const story = (scene: Scene, text: string, content = element): StoryObj => ({
  render: () => stage(content, scene),
  beforeEach: begin,
  play: ({ canvasElement }) => says(canvasElement, text),
})

/** A story of a payment: presses "Pay", does as the payer does in the provider's window, then waits for the words. */
const paying = (scene: Scene, text: string, payer?: (checkout: FakeCheckout) => void): StoryObj => ({
  render: () => stage(element, scene),
  beforeEach: begin,
  play: async ({ canvasElement }) => {
    await eventually(() => canvasElement.querySelector('ihc-topup')?.shadowRoot?.querySelector('input'), 'packs')
    const before = globalThis.fakeCheckouts?.length ?? 0
    const button = canvasElement.querySelector('ihc-topup')?.shadowRoot?.querySelector("[part='pay']")
    if (button instanceof HTMLElement) button.click()
    if (payer) payer(await eventually(() => globalThis.fakeCheckouts?.[before], 'an open checkout'))
    await says(canvasElement, text)
  },
})
const pays = ({ options }: FakeCheckout) => options.handler(proof)
const closes = ({ options }: FakeCheckout) => options.modal.ondismiss()
const failed = { getTopup: () => Promise.resolve(openTopup({ status: 'failed', failure: 'declined' })) } as const

const meta: Meta = { title: 'Top-up', component: 'ihc-topup' }
export default meta

export const Skeleton = story({ unopened: true, app: never }, 'Loading packs…')
export const Packs = story({}, 'Pay ₹449')
export const NothingToSell = story({ app: { payments: null } }, 'cannot be bought here')
export const PacksFailed = story({ unopened: true, app: () => Promise.reject(problem('unavailable', 503)) }, 'could not be loaded')
export const NoConnection = story({ then: (client) => setTimeout(() => client.connection('offline'), 50) }, 'You see the last known packs')
export const Asking = paying({ createTopup: never }, 'One moment…')
export const Paying = paying({}, 'Finish the payment')
export const Confirming = paying({ confirmTopup: never }, 'Checking your payment…', pays)
export const WaitingForBank = paying(
  { confirmTopup: () => Promise.resolve(openTopup({ status: 'pending', checkout: null })) },
  'Waiting for your bank.',
  pays,
)
export const Paid = paying({}, 'Paid. 550 coins added.', pays)
export const Declined = paying(failed, 'Your bank declined the payment.', closes)
export const Dismissed = paying({}, 'The payment was closed.', closes)
export const PaymentPageUnreachable = paying(
  {
    createTopup: () => Promise.resolve(openTopup({}, `${location.origin}/not/there.js`)),
  },
  'The payment page could not be loaded.',
)
export const PriceChanged = paying({ createTopup: () => Promise.resolve(openTopup({ amount: 49_900 })) }, 'The price has changed.')
export const Refused = paying(
  { createTopup: () => Promise.reject(problem('provider_unavailable', 503)) },
  'Payments do not work right now.',
)
export const TooManyTries = paying({ createTopup: () => Promise.reject(problem('rate_limited', 429)) }, 'Too many tries')
export const Live = story({ app: { mode: 'live' } }, 'Pay ₹449')
export const LongWords = story(
  {
    app: {
      packs: packs.map((pack) => ({
        ...pack,
        coins: 999_999,
        bonusCoins: 100_000,
        amount: 50_000_000,
        label: 'Donaudampfschifffahrtselektrizitätenhauptbetrieb',
      })),
    },
  },
  '999,999 coins',
)
export const Dollars = story({ app: { packs: app.packs.map((pack) => ({ ...pack, currency: 'USD' })) } }, '$449')
export const Hindi = paying({ language: 'hi', ...failed }, 'आपके बैंक ने भुगतान मना कर दिया।', closes)
export const Dark: StoryObj = { ...Packs, globals: { scheme: 'dark' } }
export const PaidDark: StoryObj = { ...Paid, globals: { scheme: 'dark' } }
export const DeclinedDark: StoryObj = { ...Declined, globals: { scheme: 'dark' } }

import type { App, CallOptions, ConnectClient, Topup } from '@impacthub/sdk'
import { app, packs, topup } from './samples.ts'

type Topups = ConnectClient['topups']

/** What the scripted platform answers about buying coins. */
export interface TopupScript {
  /** What the app sells; a function is asked each time. */
  readonly app?: Partial<App> | (() => Promise<App>)
  readonly createTopup?: (packId: string, options: CallOptions | undefined) => Promise<Topup>
  readonly getTopup?: (topupId: string) => Promise<Topup>
  readonly confirmTopup?: (wish: Parameters<Topups['confirm']>[0]) => Promise<Topup>
}

export const readApp = ({ app: told }: TopupScript): Promise<App> =>
  typeof told === 'function' ? told() : Promise.resolve({ ...app, ...told })

/** The script of a checkout that does what its test tells it. */
export const checkoutScript = new URL('fake-checkout.js', import.meta.url).href

/** A top-up whose checkout is that script. */
export const openTopup = (rest: Partial<Topup> = {}, scriptUrl = checkoutScript): Topup => {
  const { checkout } = topup
  return { ...topup, checkout: checkout && { ...checkout, scriptUrl }, ...rest }
}

function dealOf(packId: string): Partial<Topup> {
  const { coins = 0, bonusCoins = 0, amount = 0 } = packs.find(({ id }) => id === packId) ?? {}
  return { packId, coins, bonusCoins, amount }
}

export const topupsOf = (script: TopupScript): Partial<Topups> => ({
  create: ({ packId }, options) => script.createTopup?.(packId, options) ?? Promise.resolve(openTopup(dealOf(packId))),
  get: ({ topupId }) => script.getTopup?.(topupId) ?? Promise.resolve(openTopup({ id: topupId })),
  confirm: (wish) => script.confirmTopup?.(wish) ?? Promise.resolve(openTopup({ status: 'paid', checkout: null })),
})

/** A window of the scripted checkout, as the page has opened it. */
export interface FakeCheckout {
  readonly options: Readonly<Record<string, unknown>> & {
    readonly handler: (answer: unknown) => void
    readonly modal: { readonly ondismiss: () => void }
  }
  readonly closed: boolean
  readonly listeners: Readonly<Record<string, (() => void) | undefined>>
}

declare global {
  /** Windows of the scripted checkout in the order in which they were opened. */
  var fakeCheckouts: FakeCheckout[] | undefined
}

export const proof = { razorpay_payment_id: 'pay_Ab12Cd34Ef56Gh', razorpay_order_id: 'order_Ab12Cd34Ef56Gh', razorpay_signature: 'a1b2c3' }

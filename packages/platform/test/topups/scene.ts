import { createHmac } from 'node:crypto'
import type { ConnectClient, Topup } from '@impacthub/sdk'
import pg from 'pg'
import { SANDBOX_RAZORPAY_WEBHOOK_SECRET, type RazorpaySandbox } from '../../sandbox/razorpay/server.ts'
import { startPlatform, type StartOptions, type TestApp, type TestPlatform, type TestUser } from '../start-platform.ts'

/** A platform that sells coins through Razorpay's sandbox, an app, and people who buy. */
export interface TopupScene {
  readonly platform: TestPlatform
  readonly razorpay: RazorpaySandbox
  readonly app: TestApp
  /** Somebody new with an empty wallet. */
  buyer(): Promise<TestUser>
  /** Begins a top-up, and tells its order. */
  begin(user: TestUser, packId?: string): Promise<Begun>
  /** The coins a user can spend. */
  balance(user: TestUser): Promise<number>
  /** Rows of the whole database. */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  stop(): Promise<void>
}

export interface Begun {
  readonly topup: Topup
  readonly orderId: string
}

/** A webhook as Razorpay would send it. */
export interface Message {
  readonly event: string
  readonly eventId: string
  readonly body: string
}

export const signed = (body: string, secret: string = SANDBOX_RAZORPAY_WEBHOOK_SECRET): string =>
  createHmac('sha256', secret).update(body).digest('hex')

/** Sends it with its signature; the answer's status. */
export async function send(platformUrl: string, { eventId, body }: Omit<Message, 'event'>, signature = signed(body)): Promise<number> {
  const answer = await fetch(`${platformUrl}/providers/razorpay/test/webhook`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Razorpay-Signature': signature, 'X-Razorpay-Event-Id': eventId },
    body,
  })
  return answer.status
}

/** What the sandbox has to tell of an order, and a `hold` fault keeps back. */
export const keptBack = ({ control }: RazorpaySandbox, orderId: string): Message[] =>
  control
    .held()
    .filter(({ key }) => key === orderId)
    .map(({ id, about, json }) => ({ event: about['event'] ?? '', eventId: id, body: JSON.stringify(json) }))

/** What the sandbox's payment page hands to the merchant's page. */
export interface Returned {
  readonly razorpay_payment_id: string
  readonly razorpay_order_id: string
  readonly razorpay_signature: string
}

/** What our page hands in then. */
export const confirmation = (topupId: string, given: Returned) => ({
  topupId,
  paymentId: given.razorpay_payment_id,
  orderId: given.razorpay_order_id,
  signature: given.razorpay_signature,
})

export const confirm = (client: ConnectClient, topupId: string, given: Returned | undefined): Promise<Topup> => {
  if (given === undefined) throw new Error('the payment page handed nothing over')
  return client.topups.confirm(confirmation(topupId, given))
}

export async function topupScene(options: Omit<StartOptions, 'razorpay'> = {}): Promise<TopupScene> {
  const platform = await startPlatform({ ...options, razorpay: true })
  const { razorpay } = platform
  if (razorpay === undefined) throw new Error('there is no Razorpay sandbox')
  const app = await platform.app()
  const database = new pg.Client(platform.database.connection)
  await database.connect()
  let people = 0
  return {
    platform,
    razorpay,
    app,
    buyer: () => app.user(`buyer-${++people}`, { phone: null }),
    async begin(user, packId = 'pack-100') {
      const topup = await user.client.topups.create({ packId })
      if (topup.checkout === null) throw new Error('the top-up cannot be paid')
      return { topup, orderId: topup.checkout.orderId }
    },
    balance: async ({ client }) => (await client.wallet.get()).balance,
    rows: async <Row extends object>(text: string, values: readonly unknown[] = []) => (await database.query<Row>(text, [...values])).rows,
    async stop() {
      await database.end()
      await platform.stop()
    },
  }
}

import type { Json } from '../kit/json.ts'
import type { Dispute, Order, Payment, Refund } from './entities.ts'
import { randomName } from './id.ts'
import { presentDispute, presentOrder, presentPayment, presentRefund, seconds } from './present.ts'
import { notify, type World } from './world.ts'

/** What an event is about; Razorpay names these in `contains`. */
interface Contents {
  readonly payment: Payment
  readonly order?: Order | undefined
  readonly refund?: Refund | undefined
  readonly dispute?: Dispute | undefined
}

/** The key under which the one webhook of the account is kept. */
export const WEBHOOK = 'account'

/**
 * Tells the merchant's webhook of something that has happened: with the state of this moment, whenever it arrives. Events of one
 * payment leave in order unless a fault or a repeated attempt says otherwise; nobody may rely on that.
 */
export function tell(world: World, event: string, { payment, order, refund, dispute }: Contents, atMs: number): void {
  if (payment.isMuted) return
  const payload: Record<string, Json> = {
    ...(refund && { refund: { entity: presentRefund(refund) } }),
    payment: { entity: presentPayment(payment) },
    ...(order && { order: { entity: presentOrder(order) } }),
    ...(dispute && { dispute: { entity: presentDispute(dispute) } }),
  }
  const key = payment.orderId ?? payment.id
  tellAbout(world, event, { about: payment.id, key, payload, names: { payment: payment.id, order: payment.orderId ?? '' } }, atMs)
}

/** What an event says, of whatever kind it is. */
interface Message {
  readonly about: string
  /** Events of the same key leave in order. */
  readonly key: string
  readonly payload: Readonly<Record<string, Json>>
  /** What faults can match it by. */
  readonly names?: Readonly<Record<string, string>>
}

/** Tells the merchant's webhook, if it wants to know. */
export function tellAbout(world: World, event: string, { about, key, payload, names = {} }: Message, atMs: number): void {
  const webhook = world.store.webhooks.all.get(WEBHOOK)
  if (webhook === undefined || (webhook.events !== null && !webhook.events.includes(event))) return
  if (!webhook.isActive) return notify(world, about, `${event} is told to nobody: the webhook is disabled`)
  const id = randomName()
  world.deliveries.add({
    id,
    key,
    about: {
      kind: 'webhook',
      event,
      sid: about,
      ...names,
      firstAtMs: String(world.clock.now()),
      // Which of the secrets signs it, however late it leaves.
      secret: String(webhook.secrets.length - 1),
    },
    url: webhook.url,
    method: 'POST',
    params: {},
    json: {
      entity: 'event',
      account_id: world.accountId,
      event,
      contains: Object.keys(payload),
      payload,
      created_at: seconds(atMs),
    },
  })
}

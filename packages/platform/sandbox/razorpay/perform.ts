import type { Delivery, Outcome } from '../kit/deliver-later.ts'
import type { Spoilt } from '../kit/faults.ts'
import { isRecord, type Json } from '../kit/json.ts'
import { type IncomingAnswer, SendError, sendRequest } from '../kit/send-request.ts'
import { WEBHOOK } from './events.ts'
import { webhookSignature } from './signing.ts'
import { notify, type World } from './world.ts'

const ANSWER_WITHIN_MS = 5_000
const MAX_ANSWER_BYTES = 64 * 1024
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Twice as long each time; the last attempt is made when a day is over. */
const backoffMs = (attempt: number): number => MINUTE_MS * 2 ** (attempt - 1)

/** Worth ten times as much. */
function tampered(json: Json): Json {
  if (Array.isArray(json)) return json.map(tampered)
  if (!isRecord(json)) return json
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, name === 'amount' && typeof value === 'number' ? value * 10 : tampered(value)]),
  )
}

const asSendError = (error: unknown): SendError =>
  error instanceof SendError ? error : new SendError('connect', error instanceof Error ? error.message : 'unknown')

function post(world: World, delivery: Delivery, secret: string, spoilt: Spoilt | undefined): Promise<IncomingAnswer> {
  const json = delivery.json ?? null
  const body = JSON.stringify(json)
  return sendRequest({
    url: delivery.url,
    method: 'POST',
    headers: {
      'user-agent': 'Razorpay-Webhook/v1',
      accept: '*/*',
      'content-type': 'application/json',
      'x-razorpay-event-id': eventIdOf(delivery),
      'x-razorpay-signature': webhookSignature(spoilt === 'forged' ? `${secret}-forged` : secret, body),
    },
    body: spoilt === 'tampered' ? JSON.stringify(tampered(json)) : body,
    connectTimeoutMs: ANSWER_WITHIN_MS,
    readTimeoutMs: ANSWER_WITHIN_MS,
    maxBytes: MAX_ANSWER_BYTES,
    signal: world.closing,
  })
}

/** The same for each attempt. */
const eventIdOf = ({ id }: Delivery): string => id.split(':')[0] ?? id

/** Tries again for a day; after that the webhook is disabled until somebody enables it. */
function again(world: World, delivery: Delivery): void {
  const attempt = delivery.again?.attempt ?? 1
  const endsAtMs = Number(delivery.about['firstAtMs']) + DAY_MS
  const now = world.clock.now()
  if (now >= endsAtMs) return disable(world, delivery)
  world.deliveries.add({
    ...delivery,
    id: `${eventIdOf(delivery)}:${attempt + 1}`,
    again: { attempt: attempt + 1, notBeforeMs: Math.min(now + backoffMs(attempt), endsAtMs) },
  })
}

function disable(world: World, delivery: Delivery): void {
  const webhook = world.store.webhooks.all.get(WEBHOOK)
  if (webhook === undefined || webhook.url !== delivery.url || !webhook.isActive) return
  webhook.isActive = false
  world.store.webhooks.save(WEBHOOK, webhook)
  notify(world, delivery.about['sid'] ?? '', 'the webhook is disabled: it took no event for 24 hours')
}

/** Sends an event; whatever is not answered 2xx in five seconds is tried again. */
export async function performDelivery(world: World, delivery: Delivery, spoilt: Spoilt | undefined): Promise<Outcome> {
  const webhook = world.store.webhooks.all.get(WEBHOOK)
  const secret = webhook?.secrets[Number(delivery.about['secret'])]
  if (!webhook?.isActive || secret === undefined) return { error: 'the webhook is disabled' }
  const result = await post(world, delivery, secret, spoilt).catch(asSendError)
  const isTaken = !(result instanceof SendError) && result.status >= 200 && result.status <= 299
  if (!isTaken && !world.closing.aborted) again(world, delivery)
  const about = delivery.about['sid'] ?? delivery.key
  if (result instanceof SendError) {
    notify(world, about, `${delivery.about['event'] ?? 'event'} could not be delivered: ${result.message}`)
    return { error: result.message }
  }
  if (!isTaken) notify(world, about, `${delivery.about['event'] ?? 'event'} was answered with ${result.status}`)
  return { status: result.status }
}

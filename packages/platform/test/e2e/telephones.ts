import * as z from 'zod'
import { expect } from 'vitest'

const answer = z.object({ legs: z.array(z.object({ sid: z.string(), contactUri: z.string(), state: z.string().optional() })) })

/** The hands on the telephones of Exotel's sandbox, which rings the demo's people in India, over its control surface. */
export function telephones(sandboxUrl: string) {
  const send = async (path: string, body: unknown = {}) => {
    const answered = await fetch(`${sandboxUrl}/_sandbox/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answered.ok) throw new Error(`the sandbox answered ${answered.status} to ${path}`)
  }
  const legTo = async (phone: string, status: string) => {
    const { legs } = answer.parse(await (await fetch(`${sandboxUrl}/_sandbox/legs`)).json())
    return legs.find((leg) => leg.contactUri === phone && leg.state === status)?.sid
  }
  const act = (verb: 'answer' | 'hangup', status: string) => async (phone: string) => {
    await expect.poll(() => legTo(phone, status), { timeout: 60_000, interval: 50 }).toBeDefined()
    const sid = await legTo(phone, status)
    if (sid === undefined) throw new Error(`the phone ${phone} is no longer ${status}`)
    await send(`legs/${sid}/${verb}`)
  }
  return {
    /** Phones ring until they are told to be picked up. */
    letRing: () => send('settings', { answerAfterMs: null }),
    /** Phones are picked up by themselves, as when nobody has told the sandbox anything. */
    pickUpSoon: () => send('settings', { answerAfterMs: 1_500 }),
    pickUp: act('answer', 'ringing'),
    hangUp: act('hangup', 'in-progress'),
  }
}

export type Telephones = ReturnType<typeof telephones>

import * as z from 'zod'
import { expect } from 'vitest'

const legs = z.object({ calls: z.array(z.object({ sid: z.string(), to: z.string(), status: z.string() })) })

/** The hands on the sandbox's telephones, over its control surface. */
export function telephones(sandboxUrl: string) {
  const send = async (path: string, body: unknown = {}) => {
    const answer = await fetch(`${sandboxUrl}/_sandbox/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to ${path}`)
  }
  const legTo = async (phone: string, status: string) => {
    const { calls } = legs.parse(await (await fetch(`${sandboxUrl}/_sandbox/calls`)).json())
    return calls.find((leg) => leg.to === phone && leg.status === status)?.sid
  }
  const act = (verb: 'answer' | 'hangup', status: string) => async (phone: string) => {
    await expect.poll(() => legTo(phone, status), { timeout: 60_000, interval: 50 }).toBeDefined()
    const sid = await legTo(phone, status)
    if (sid === undefined) throw new Error(`the phone ${phone} is no longer ${status}`)
    await send(`calls/${sid}/${verb}`)
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

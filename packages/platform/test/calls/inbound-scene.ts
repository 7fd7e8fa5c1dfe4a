import { randomBytes } from 'node:crypto'
import type { Call } from '@impacthub/sdk/contract'
import { expect } from 'vitest'
import { signatureOf } from '../../sandbox/twilio/signing.ts'
import type { TestApp, TestPlatform } from '../start-platform.ts'
import { inProgress, legsTo, pair, purses, settled, until, type Pair, type PairWish } from './scene.ts'

/** A pair of whom the callee has a number of their own. */
export interface Owned extends Pair {
  readonly own: string
}

export const sidOfNobody = (): string => `CA${randomBytes(16).toString('hex')}`

/** The answer with which a caller is told something and let go. */
export const says = (language: string, text: RegExp): unknown => ({
  status: 200,
  text: expect.stringMatching(
    new RegExp(`<Response><Say language="${language}-IN"[^>]*>[^<]*${text.source}[^<]*</Say><Hangup/></Response>$`),
  ),
})

let numbers = 0

export type InboundScene = ReturnType<typeof inboundScene>

/** People who dial virtual numbers, of `app` unless told. */
export function inboundScene(here: TestPlatform, app: TestApp) {
  /** A number of the app that nobody has. */
  async function number(of: TestApp = app): Promise<string> {
    const phoneNumber = `+1628555${String(++numbers).padStart(4, '0')}`
    here.twilio.control.ownNumber(phoneNumber)
    await of.server.numbers.create({ phoneNumber })
    await here.quiet()
    return phoneNumber
  }

  async function scene(wish: PairWish = {}, of: TestApp = app): Promise<Owned> {
    const two = await pair(of, wish)
    const own = await number(of)
    await of.server.numbers.assign({ userId: two.callee.userId, phoneNumber: own })
    await here.quiet()
    return { ...two, own }
  }

  const callsOf = async (userId: string, of: TestApp = app): Promise<Call[]> => (await of.server.calls.list({ userId })).data

  async function over(of: TestApp, callId: string): Promise<void> {
    await of.server.calls.end({ callId })
    await until(here, of, callId, settled)
  }

  return {
    number,
    scene,
    callsOf,
    over,
    asked: (to: string, from: string, how: Asking = {}) => ask(here, to, from, how),

    async dial(from: string, to: string): Promise<string> {
      const sid = here.twilio.control.dialIn(from, to)
      await here.quiet()
      return sid
    },

    async onlyCall(userId: string): Promise<Call> {
      const [call, ...others] = await callsOf(userId)
      expect(others).toEqual([])
      return call ?? expect.unreachable('there is no call')
    },

    legOf: (sid: string) => here.twilio.control.calls({ all: true }).find((leg) => leg.sid === sid),

    async untouched(two: Pair, coins = 10): Promise<void> {
      await here.quiet()
      expect(await callsOf(two.caller.userId)).toEqual([])
      expect(legsTo(here, two.calleePhone)).toEqual([])
      expect(await purses(two)).toEqual({ left: coins, held: 0, earned: 0 })
    },

    async refusalsOf(phoneNumber: string): Promise<Record<string, number>> {
      const { data } = await app.server.numbers.list({ limit: 100 })
      const { refusals } = await app.server.numbers.get({ numberId: data.find((one) => one.phoneNumber === phoneNumber)?.id ?? '' })
      return Object.fromEntries(refusals.map(({ reason, count }) => [reason, count]))
    },

    /** Two who have just talked, and what their phones showed. */
    async acquainted(of: TestApp): Promise<Pair & { readonly shown: string }> {
      const two = await pair(of)
      await of.server.wallets.credit({ userId: two.callee.userId, coins: 5, reason: 'Start' })
      await of.server.presence.set({ userId: two.caller.userId, availability: 'always' })
      const out = await two.caller.client.calls.create({ calleeId: two.callee.userId })
      await until(here, of, out.id, inProgress)
      await over(of, out.id)
      return { ...two, shown: out.number ?? '' }
    },
  }
}

interface Asking {
  readonly sid?: string
  readonly mode?: string
  readonly token?: string
}

/** What the provider is told to do with a call, when it asks as it does. */
async function ask(here: TestPlatform, to: string, from: string, how: Asking): Promise<{ status: number; text: string }> {
  const { sid = sidOfNobody(), mode = 'test', token = here.twilio.authToken } = how
  const url = `${here.url}/providers/twilio/${mode}/incoming`
  const params = { CallSid: sid, AccountSid: here.twilio.accountSid, CallStatus: 'ringing', Direction: 'inbound', From: from, To: to }
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'x-twilio-signature': signatureOf(token, url, params) },
    body: new URLSearchParams(params),
  })
  return { status: answer.status, text: await answer.text() }
}

import type { Call } from '@impacthub/sdk/contract'
import type { TestApp, TestPlatform, TestUser } from '../start-platform.ts'

/** What a phone does is in its last four digits; the rest makes it one of a kind. */
let phones = 0
export const phone = (lastFour = '0000'): string => `+9197${String(++phones).padStart(4, '0')}${lastFour}`

export interface Pair {
  readonly caller: TestUser
  readonly callee: TestUser
  readonly callerPhone: string
  readonly calleePhone: string
}

export interface PairWish {
  readonly coins?: number
  readonly callerDoes?: string
  readonly calleeDoes?: string
  readonly rate?: { coins: number; seconds: number }
}

let pairs = 0

/** A caller with coins, and a callee who takes calls with the app closed. */
export async function pair(app: TestApp, { coins = 10, callerDoes, calleeDoes, rate }: PairWish = {}): Promise<Pair> {
  const [callerPhone, calleePhone] = [phone(callerDoes), phone(calleeDoes)]
  const n = ++pairs
  const caller = await app.user(`caller-${n}`, { coins, phone: callerPhone })
  const callee = await app.user(`callee-${n}`, { phone: calleePhone, availability: 'always', ...(rate === undefined ? {} : { rate }) })
  return { caller, callee, callerPhone, calleePhone }
}

export const callOf = ({ caller, callee }: Pair): Promise<Call> => caller.client.calls.create({ calleeId: callee.userId })

/** Lets time pass until the call is as wanted; a call that never is fails the test. */
export async function until(
  here: TestPlatform,
  app: TestApp,
  callId: string,
  wanted: (call: Call) => boolean,
  seconds = 400,
): Promise<Call> {
  await here.quiet()
  for (let passed = 0; passed <= seconds; passed += await here.moveOn(Math.max(1, seconds - passed))) {
    const call = await app.server.calls.get({ callId })
    if (wanted(call)) return call
  }
  throw new Error(`after ${seconds} s the call is still ${(await app.server.calls.get({ callId })).status}`)
}

export const settled = (call: Call): boolean => call.settled
export const inProgress = (call: Call): boolean => call.status === 'in_progress'
export const ringing = (call: Call): boolean => call.status === 'ringing'

/** The two numbers that a settlement leaves: what the caller has, and what the callee may withdraw. */
export async function purses({ caller, callee }: Pair): Promise<{ left: number; held: number; earned: number }> {
  const [mine, theirs] = await Promise.all([caller.client.wallet.get(), callee.client.wallet.get()])
  return { left: mine.balance, held: mine.buckets.held, earned: theirs.buckets.earned }
}

export const legsTo = (here: TestPlatform, number: string) => here.twilio.control.calls({ all: true }).filter(({ to }) => to === number)

export const presenceOf = async (app: TestApp, { caller, callee }: Pair) =>
  (await app.server.presence.get({ userIds: `${caller.userId},${callee.userId}` })).data.map(({ status }) => status)

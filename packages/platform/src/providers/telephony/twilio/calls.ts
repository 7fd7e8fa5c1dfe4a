import { ProviderError, type DialWish, type Leg, type ProviderCall } from '../port.ts'
import { accept, type Answer, type Params, type TwilioClient } from './client.ts'
import { callPage, callSid, callWire, readLeg, type CallWire } from './wire.ts'

const notFound = 20404
/** "Call is not in-progress": it is over. */
const invalidState = 21220

/** The id goes into a path: one that is not Twilio's never gets there. */
const pathOf = (legId: string): string => `Calls/${callSid.parse(legId)}.json`

/** Rings the caller. Sent once: without an idempotency key at Twilio, a repetition would ring a second time. */
export async function dial(client: TwilioClient, wish: DialWish): Promise<{ legId: string }> {
  const answer = await client.post('Calls.json', {
    To: wish.callerPhone,
    From: wish.from,
    Url: wish.urls.answer,
    Method: 'POST',
    // Twilio hangs up on a caller for whom it gets no document: asked twice, a moment's trouble of ours ends no call.
    FallbackUrl: wish.urls.answer,
    FallbackMethod: 'POST',
    StatusCallback: wish.urls.callerStatus,
    StatusCallbackMethod: 'POST',
    // That there is a leg, should this request's answer be lost, and that it is over; who has picked up asks what to do.
    StatusCallbackEvent: ['initiated', 'completed'],
    Timeout: wish.ringSeconds,
    TimeLimit: wish.maxSeconds,
  })
  return { legId: accept(answer, callWire.pick({ sid: true })).sid }
}

/** Twilio's times have no fractions, and its clock is not ours. */
const toleranceMs = 5_000

const pageSize = 100
const mostPages = 5

/** Reads a list page by page. Of the link to the next page only the query is used. */
async function list(client: TwilioClient, params: Params, pages: number): Promise<CallWire[]> {
  const found: CallWire[] = []
  let query: Params = { ...params, PageSize: pageSize }
  for (let page = 1; ; page++) {
    const { calls, next_page_uri: next } = accept(await client.get('Calls.json', query), callPage)
    found.push(...calls)
    if (!next || page === pages || !URL.canParse(next, 'https://api.twilio.com')) return found
    query = Object.fromEntries(new URL(next, 'https://api.twilio.com').searchParams)
  }
}

/**
 * Legs rung at this phone from this number since then (or moments before), newest first. Twilio filters by the UTC date of the start, which a call that still
 * waits in its queue does not have: so the newest calls are read without that filter as well, and times are compared here.
 */
export async function findDialed(client: TwilioClient, wish: Pick<DialWish, 'callerPhone' | 'from'>, since: Date): Promise<readonly Leg[]> {
  const pair = { To: wish.callerPhone, From: wish.from }
  const newest = await list(client, pair, 1)
  const started = await list(client, { ...pair, 'StartTime>': since.toISOString().slice(0, 10) }, mostPages)
  const earliest = since.getTime() - toleranceMs
  const bySid = new Map([...newest, ...started].map((wire) => [wire.sid, wire]))
  const found = [...bySid.values()]
    // A child leg is a callee's, even where its numbers are the same.
    .filter((wire) => !wire.parent_call_sid && (wire.direction ?? 'outbound-api') === 'outbound-api')
    .map((wire) => {
      const { leg, createdAt } = readLeg(wire)
      const time = createdAt ?? leg.startedAt
      // A leg without a time may be the one: saying that there is none would let the call be given up while it rings.
      if (time === null) throw new ProviderError('unknown', 'unreadable')
      return { leg, time: time.getTime() }
    })
  return found
    .filter(({ time }) => time >= earliest)
    .sort((a, b) => b.time - a.time)
    .map(({ leg }) => leg)
}

/** A 404 that is Twilio's own: one of a proxy on the way says nothing about the call. */
const isUnknownCall = (answer: Answer): boolean => answer.status === 404 && answer.code === notFound

/** Both legs. The callee's is asked for second: where the caller's is over, the callee's answer is from after that end. */
export async function fetchCall(client: TwilioClient, callerLegId: string): Promise<ProviderCall | undefined> {
  const answer = await client.get(pathOf(callerLegId))
  if (isUnknownCall(answer)) return undefined
  const wire = accept(answer, callWire)
  if (wire.sid !== callerLegId) throw new ProviderError('unknown', 'unreadable')
  const caller = readLeg(wire)
  const children = (await list(client, { ParentCallSid: callerLegId }, 1))
    // A server that does not know the filter answers with every call.
    .filter((child) => child.parent_call_sid === callerLegId)
    .map(readLeg)
    .sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0))
  const callee = children[0]
  return {
    caller: caller.leg,
    callee: callee?.leg ?? null,
    // We dial one callee, once: more than one child is not a call of ours as we know it.
    unreadable: !caller.readable || children.length > 1 || callee?.readable === false,
  }
}

/** `completed` ends a leg in any state. */
export async function endCall(client: TwilioClient, callerLegId: string): Promise<void> {
  const answer = await client.post(pathOf(callerLegId), { Status: 'completed' })
  if (isUnknownCall(answer) || (!answer.ok && answer.code === invalidState)) return
  accept(answer, callWire.pick({ sid: true }))
}

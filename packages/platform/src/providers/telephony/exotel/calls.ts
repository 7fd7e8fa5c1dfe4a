import { ProviderError, type DialWish, type Leg, type ProviderCall } from '../port.ts'
import { readCall } from './call-details.ts'
import { accept, type ExotelClient, type Params } from './client.ts'
import { callbackUrl } from './callback-address.ts'
import { exoPhone, toE164 } from './phone.ts'
import { callList, isOver, newCall, oneCall, readStamp, readStatus, sid, writeStamp, type CallWire } from './wire.ts'

/** The older voice API: one request rings the caller, and then either the callee or whom a flow names. */
export interface VoiceApi {
  readonly client: ExotelClient
  /** The address of the flow that asks us whom to ring; without it, both numbers are given at once. */
  readonly flowUrl: string | undefined
  /** How far the times without a zone are ahead of UTC. */
  readonly offsetMinutes: number
}

/** Ringing any longer is not allowed in India. */
const longestRing = 60
const longestCall = 14_400

/** The id goes into a path: one that is not Exotel's never gets there. */
const pathOf = (callSid: string): string => `Calls/${sid.parse(callSid)}.json`

function targetOf({ flowUrl }: VoiceApi, { calleePhone }: DialWish): Params {
  // A flow's calls have no events of their own but the end: what happens in it, its Connect applet tells.
  if (flowUrl !== undefined) return { Url: flowUrl }
  return { To: calleePhone, 'StatusCallbackEvents[0]': 'terminal', 'StatusCallbackEvents[1]': 'answered' }
}

/** Rings the caller. Sent once: without an idempotency key at Exotel, a repetition would ring a second time. */
export async function dial(voice: VoiceApi, wish: DialWish): Promise<{ legId: string }> {
  const answer = await voice.client({
    method: 'POST',
    product: 'voice',
    path: 'Calls/connect.json',
    form: {
      From: wish.callerPhone,
      CallerId: exoPhone(wish.from),
      CallType: 'trans',
      // Whether its clock starts at the answer or at the bridge is not told: the longer reading, so that no paid second is lost.
      TimeLimit: Math.min(wish.maxSeconds, longestCall),
      TimeOut: Math.min(wish.ringSeconds, longestRing),
      CustomField: wish.reference,
      StatusCallback: callbackUrl(wish.urls.callerStatus, 'status'),
      StatusCallbackContentType: 'application/json',
      ...targetOf(voice, wish),
    },
  })
  return { legId: accept(answer, newCall).Call.Sid }
}

/** Exotel's times have no fractions, and its clock is not ours. */
const toleranceMs = 5_000
const dayMs = 86_400_000
const pageSize = 100
const mostPages = 5

/** Reads a list page by page. Of the link to the next page only the cursor is used. */
async function list(client: ExotelClient, query: Params): Promise<CallWire[]> {
  const found: CallWire[] = []
  let cursor: Params = {}
  for (let page = 1; ; page++) {
    const answer = await client({ method: 'GET', product: 'voice', path: 'Calls.json', query: { ...query, PageSize: pageSize, ...cursor } })
    const { Calls: calls, Metadata: metadata } = accept(answer, callList)
    found.push(...calls)
    const next = metadata?.NextPageUri
    const after = next ? URL.parse(next, 'https://api.exotel.com')?.searchParams.get('After') : undefined
    if (!after || page === mostPages) return found
    cursor = { After: after }
  }
}

/**
 * Calls to this phone from this number since then (or moments before), newest first. Exotel lists by the virtual number and the time of
 * creation, and may leave out calls that go on: one that is not found may still ring, and its own callbacks name it.
 */
export async function findDialed(
  { client, flowUrl, offsetMinutes }: VoiceApi,
  wish: Pick<DialWish, 'callerPhone' | 'calleePhone' | 'from'>,
  since: Date,
): Promise<readonly Leg[]> {
  const earliest = new Date(since.getTime() - toleranceMs)
  const [from, to] = [earliest, new Date(since.getTime() + dayMs)].map((time) => writeStamp(time, offsetMinutes))
  const listed = await list(client, { PhoneNumber: exoPhone(wish.from), DateCreated: `gte:${from};lte:${to}` })
  const ours = listed.filter(
    (call) =>
      (call.Direction ?? 'outbound-api') === 'outbound-api' &&
      toE164(call.From) === wish.callerPhone &&
      (call.PhoneNumberSid === undefined || toE164(call.PhoneNumberSid) === wish.from) &&
      // What a flow rings is not always told: the virtual number stands there, or nothing.
      (toE164(call.To) === wish.calleePhone || (flowUrl !== undefined && [undefined, wish.from].includes(toE164(call.To)))),
  )
  const found = new Map(
    ours.map((call) => {
      const time = readStamp(call.DateCreated, offsetMinutes)
      // A call without a time may be the one: saying that there is none would let it be given up while it rings.
      if (!time) throw new ProviderError('unknown', 'unreadable')
      return [call.Sid, { call, time: time.getTime() }] as const
    }),
  )
  return [...found.values()]
    .filter(({ time }) => time >= earliest.getTime() - 999)
    .sort((a, b) => b.time - a.time)
    .map(({ call, time }) => {
      const status = readStatus(call.Status)
      return { id: call.Sid, status, durationSeconds: null, startedAt: new Date(time), endedAt: null }
    })
}

/** Both legs; one request tells them. */
export async function fetchCall(
  { client, offsetMinutes }: VoiceApi,
  callSid: string,
  calleeLegId: string | null,
): Promise<ProviderCall | undefined> {
  const answer = await client({ method: 'GET', product: 'voice', path: pathOf(callSid), query: { details: 'true' } })
  // A 404 of a proxy on the way says nothing about the call: Exotel's own is in its own words.
  if (answer.status === 404 && answer.refusal.isExotels) return undefined
  const wire = accept(answer, oneCall).Call
  if (wire.Sid !== callSid) throw new ProviderError('unknown', 'unreadable')
  return readCall(wire, offsetMinutes, calleeLegId !== null)
}

/** This API ends no call. One that is over already is a success all the same. */
export async function endCall(voice: VoiceApi, callSid: string): Promise<void> {
  const call = await fetchCall(voice, callSid, null)
  if (call === undefined || isOver(call.caller.status)) return
  throw new ProviderError('refused', 'no hang-up')
}

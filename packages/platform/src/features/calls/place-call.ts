import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { after } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { Outdated } from '../../db/sql-state.ts'
import type { Providers } from '../../providers/telephony/choose.ts'
import type { Telephony } from '../../providers/telephony/port.ts'
import { renewPair } from '../numbers/index.ts'
import { isReachable } from '../presence/index.ts'
import { holdForCall } from '../wallet/index.ts'
import { eitherBlocks, foresee, holdProspect, insertCall, type Line, type Prospect } from './admission-store.ts'
import { browserLine, openBrowser } from './browser/admit-browser.ts'
import { occupy } from './busy-store.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow, Routing } from './call-row.ts'
import { mostIntervals, talkLimit } from './call-tariff.ts'
import { longestCallWith } from './receiver-rules/longest-call.ts'
import { callTasks, type Parties } from './call-tasks.ts'
import { recordCall } from './record-call.ts'
import { reaches, routeCall, type Way } from './route-call.ts'
import { leaveQueue } from './waiting/waiting-store.ts'

export interface CallWish {
  /** The host's ids. */
  readonly callerId: string
  readonly calleeId: string
  /** Phone when it is not said. */
  readonly channel?: 'phone' | 'browser' | undefined
  /** Of a browser call: the caller's tab, if it is known already. */
  readonly peer?: string | undefined
}

export interface Circumstances {
  readonly calleeConnected: boolean
  /** The telephone providers of the app's mode. */
  readonly providers: Providers
  /** The leg that came in, and the virtual number that it dialled. */
  readonly inbound?: Inbound
  /** As the two and the app's terms were just now: what follows from them is asked in one round trip. Taken away when they have changed. */
  foreseen?: Prospect | undefined
}

export interface Inbound {
  readonly telephony: Telephony
  readonly legId: string
  readonly number: { readonly id: string; readonly phoneNumber: string; readonly ownerId: string | null }
}

/** How soon a call is looked after when its callbacks do not come. */
export const firstLookMs = 15_000

/** What admission depends on outside the database; read before its transaction, which waits for nobody. */
export async function circumstancesOf(
  deps: CallDeps,
  tenantId: TenantId,
  { callerId, calleeId, channel }: CallWish,
): Promise<Circumstances> {
  if (callerId === calleeId) fail('cannot_call_self')
  const providers = channel === 'browser' ? {} : await deps.providersFor(tenantId)
  if (channel !== 'browser' && Object.values(providers).every((one) => one === undefined))
    fail('provider_unavailable', { detail: 'No telephone provider is configured.' })
  const { caller, callee, terms } = await foresee(deps.db, tenantId, callerId, calleeId)
  const calleeConnected = callee !== undefined && (await deps.isConnected(tenantId, callee.id))
  return { providers, calleeConnected, foreseen: caller && callee && terms && { caller, callee, terms } }
}

/**
 * Admission, in one transaction: coins are held and both are busy before anything is dialled, and a call that cannot be paid for never
 * rings. A process that dies before the commit has done nothing; after it, the tasks dial the call and look after it.
 */
export async function placeCall(deps: CallDeps, tx: Tx, tenantId: TenantId, wish: CallWish, around: Circumstances): Promise<CallRow> {
  const now = deps.clock.now()
  const callId = newId('call', now)
  const { caller, callee, terms, rate, line, maxCallSeconds, heldCoins } = await admit(tx, tenantId, wish, around, callId, now)
  const inserted = insertCall(tx, tenantId, {
    id: callId,
    callerId: caller.id,
    calleeId: callee.id,
    ...line,
    callbackToken: randomBytes(24).toString('base64url'),
    rate,
    sharePercent: terms.sharePercent,
    ringSeconds: terms.ringSeconds,
    limit: talkLimit(heldCoins, rate, maxCallSeconds),
    mostSeconds: maxCallSeconds,
    heldCoins,
    createdAt: now,
    inboundLegId: around.inbound?.legId ?? null,
  })
  const opened =
    wish.channel === 'browser'
      ? openBrowser(deps, tx, tenantId, { id: callId, caller, callee, ringSeconds: terms.ringSeconds }, now)
      : openPhone(deps, tx, tenantId, { id: callId, caller, callee, provider: line.provider }, around, now)
  const [call] = await inTurn([inserted, opened])
  await recordCall(tx, tenantId, call, ['call.initiated'], now)
  return call
}

/** The tasks that dial a call, unless it came in, and that look after it. */
function openPhone(
  { tasks }: CallDeps,
  tx: Tx,
  tenantId: TenantId,
  call: Parties & { readonly provider: string },
  { inbound }: Circumstances,
  now: Date,
): Promise<void> {
  const dial = inbound === undefined ? [callTasks.dial(call.id, call.provider)] : []
  return tasks.add(tx, tenantId, [...dial, callTasks.check(call.id, after(now, firstLookMs)), callTasks.announce(call)], now)
}

/** What all of them bring, once all have ended; of those that failed the first speaks. */
async function inTurn<T extends readonly unknown[]>(steps: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(steps)
  return Promise.all(steps)
}

/**
 * Holds the two, makes them busy, takes a number and holds the coins. All of it is sent by what was foreseen, in one round trip, and stands
 * only if that still is so when both users are held; else the transaction is run again without foresight.
 */
async function admit(tx: Tx, tenantId: TenantId, wish: CallWish, around: Circumstances, callId: string, now: Date) {
  const { foreseen } = around
  const held = holdProspect(tx, tenantId, wish.callerId, wish.calleeId)
  const { caller, callee, terms } = foreseen ?? knownOf(await held)
  const rate = callee.rate ?? terms.rate
  const admitted = admissible(tx, tenantId, wish, { caller, callee }, around, callId, now)
  const line =
    wish.channel === 'browser'
      ? Promise.resolve(browserLine(wish.peer))
      : phoneLine(tx, tenantId, { caller, callee, terms, around, callId, admitted, now })
  const longest = longestCallWith(tx, tenantId, callee, terms.maxCallSeconds, now)
  const left = leaveQueue(tx, tenantId, callee.id, caller.id)
  const money = longest.then((maxCallSeconds) =>
    holdForCall(tx, tenantId, {
      callId,
      callerId: caller.id,
      calleeId: callee.id,
      rateCoins: rate.coins,
      maxIntervals: mostIntervals(maxCallSeconds, rate),
      now,
    }),
  )
  const checked = held.then((found) => {
    if (foreseen === undefined || isDeepStrictEqual(found, foreseen)) return
    around.foreseen = undefined
    throw new Outdated('the two have changed')
  })
  const [, , way, maxCallSeconds, , { heldCoins }] = await inTurn([checked, admitted, line, longest, left, money])
  return { caller, callee, terms, rate, line: way, maxCallSeconds, heldCoins }
}

interface Ready extends Prospect {
  readonly around: Circumstances
  readonly callId: string
  readonly admitted: Promise<unknown>
  readonly now: Date
}

/** How a call between two phones goes its way. */
async function phoneLine(tx: Tx, tenantId: TenantId, ready: Ready): Promise<Line> {
  const { phone: callerPhone } = ready.caller
  const { phone: calleePhone } = ready.callee
  if (callerPhone === null || calleePhone === null) return fail('phone_missing')
  const phones = { callerPhone, calleePhone }
  return { channel: 'phone', ...phones, callerPeer: null, ...(await wayOf(tx, tenantId, ready, phones)) }
}

/** A call that came in goes on where it is, and renews what its number stands for; any other is routed. */
async function wayOf(
  tx: Tx,
  tenantId: TenantId,
  { caller, callee, terms, around, callId, admitted, now }: Ready,
  phones: { readonly callerPhone: string; readonly calleePhone: string },
): Promise<Omit<Way, 'routing'> & { routing: Routing | null }> {
  const { inbound, providers } = around
  if (inbound === undefined)
    return routeCall(tx, tenantId, {
      callId,
      admitted,
      callerId: caller.id,
      calleeId: callee.id,
      ...phones,
      appOrder: terms.providerOrder,
      providers,
      now,
    })
  const { telephony, number } = inbound
  if (!reaches(telephony.name, phones)) fail('provider_unavailable')
  if (!(await renewPair(tx, tenantId, { numberId: number.id, one: caller.id, other: callee.id, now }))) fail('not_found')
  return { provider: telephony.name, number: number.phoneNumber, routing: null }
}

function knownOf({ caller, callee, terms }: Partial<Prospect>): Prospect {
  if (caller === undefined) return fail('not_found', { detail: 'The caller is not a user of this app.' })
  if (callee === undefined || terms === undefined) return fail('not_found', { detail: 'The callee is not a user of this app.' })
  return { caller, callee, terms }
}

/** Both users are busy from now on, when nothing about them speaks against this call. */
async function admissible(
  tx: Tx,
  tenantId: TenantId,
  { channel }: CallWish,
  { caller, callee }: Pick<Prospect, 'caller' | 'callee'>,
  { calleeConnected }: Circumstances,
  callId: string,
  now: Date,
): Promise<void> {
  // Asked and made busy at once; who is refused for the one is free again of the other.
  const [blocks, free] = await inTurn([
    eitherBlocks(tx, tenantId, caller.id, callee.id),
    occupy(tx, tenantId, [caller.id, callee.id], callId),
  ])
  if (caller.blocked) fail('forbidden', { detail: 'The caller is blocked.' })
  if (callee.blocked || blocks) fail('callee_blocked')
  if (!isReachable({ ...callee, connected: calleeConnected }, now)) fail('callee_offline')
  // Only a phone rings where no tab is open.
  if (channel === 'browser' && !calleeConnected) fail('callee_offline')
  // Of two who call the same person at one instant, the row lets one through. Who taps twice is in a call themselves, and told so.
  if (!free.has(caller.id)) fail('caller_busy')
  if (!free.has(callee.id)) fail('callee_busy')
}

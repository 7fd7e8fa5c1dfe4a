import { randomBytes } from 'node:crypto'
import { after } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Providers } from '../../providers/telephony/choose.ts'
import type { Telephony } from '../../providers/telephony/port.ts'
import { renewPair } from '../numbers/index.ts'
import { isReachable } from '../presence/index.ts'
import { holdForCall } from '../wallet/index.ts'
import { eitherBlocks, findUserId, holdUsers, insertCall, termsOf, type AppTerms, type Candidate, type Line } from './admission-store.ts'
import { browserLine, openBrowser } from './browser/admit-browser.ts'
import { occupy } from './busy-store.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow, Routing } from './call-row.ts'
import { findCall } from './call-store.ts'
import { mostIntervals, talkLimit } from './call-tariff.ts'
import { longestCallWith } from './receiver-rules/longest-call.ts'
import { callTasks } from './call-tasks.ts'
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
  const callee = await findUserId(deps.db, tenantId, calleeId)
  return { providers, calleeConnected: callee !== undefined && (await deps.isConnected(tenantId, callee)) }
}

/**
 * Admission, in one transaction: coins are held and both are busy before anything is dialled, and a call that cannot be paid for never
 * rings. A process that dies before the commit has done nothing; after it, the tasks dial the call and look after it.
 */
export async function placeCall(deps: CallDeps, tx: Tx, tenantId: TenantId, wish: CallWish, around: Circumstances): Promise<CallRow> {
  const now = deps.clock.now()
  const callId = newId('call', now)
  const [{ caller, callee }, terms] = await Promise.all([admissible(tx, tenantId, wish, around, callId, now), termsOf(tx, tenantId)])
  const line = wish.channel === 'browser' ? browserLine(wish.peer) : await phoneLine(tx, tenantId, { caller, callee, terms, around, now })
  const rate = callee.rate ?? terms.rate
  const maxCallSeconds = await longestCallWith(tx, tenantId, callee, terms.maxCallSeconds, now)
  await leaveQueue(tx, tenantId, callee.id, caller.id)
  const { heldCoins } = await holdForCall(tx, tenantId, {
    callId,
    callerId: caller.id,
    calleeId: callee.id,
    rateCoins: rate.coins,
    maxIntervals: mostIntervals(maxCallSeconds, rate),
    now,
  })
  await insertCall(tx, tenantId, {
    id: callId,
    callerId: caller.id,
    calleeId: callee.id,
    ...line,
    callbackToken: randomBytes(24).toString('base64url'),
    rate,
    sharePercent: terms.sharePercent,
    ringSeconds: terms.ringSeconds,
    limit: talkLimit(heldCoins, rate, maxCallSeconds),
    heldCoins,
    createdAt: now,
    inboundLegId: around.inbound?.legId ?? null,
  })
  if (wish.channel === 'browser') await openBrowser(deps, tx, tenantId, { id: callId, caller, callee, ringSeconds: terms.ringSeconds }, now)
  else {
    const dial = around.inbound === undefined ? [callTasks.dial(callId)] : []
    await deps.tasks.add(tx, tenantId, [...dial, callTasks.check(callId, after(now, firstLookMs)), callTasks.announce(callId)], now)
  }
  const call = (await findCall(tx, tenantId, callId)) ?? fail('internal')
  await recordCall(tx, tenantId, call, ['call.initiated'], now)
  return call
}

interface Ready {
  readonly caller: Candidate
  readonly callee: Candidate
  readonly terms: AppTerms
  readonly around: Circumstances
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
  { caller, callee, terms, around, now }: Ready,
  phones: { readonly callerPhone: string; readonly calleePhone: string },
): Promise<Omit<Way, 'routing'> & { routing: Routing | null }> {
  const { inbound, providers } = around
  if (inbound === undefined)
    return routeCall(tx, tenantId, {
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

/** Both users, busy from now on, when nothing about them speaks against this call. */
async function admissible(tx: Tx, tenantId: TenantId, wish: CallWish, { calleeConnected }: Circumstances, callId: string, now: Date) {
  const users = await holdUsers(tx, tenantId, [wish.callerId, wish.calleeId])
  const caller = users.get(wish.callerId) ?? fail('not_found', { detail: 'The caller is not a user of this app.' })
  const callee = users.get(wish.calleeId) ?? fail('not_found', { detail: 'The callee is not a user of this app.' })
  // Asked and made busy at once; who is refused for the one is free again of the other.
  const [blocks, free] = await Promise.all([
    eitherBlocks(tx, tenantId, caller.id, callee.id),
    occupy(tx, tenantId, [caller.id, callee.id], callId),
  ])
  if (caller.blocked) fail('forbidden', { detail: 'The caller is blocked.' })
  if (callee.blocked || blocks) fail('callee_blocked')
  if (!isReachable({ ...callee, connected: calleeConnected }, now)) fail('callee_offline')
  // Only a phone rings where no tab is open.
  if (wish.channel === 'browser' && !calleeConnected) fail('callee_offline')
  // Of two who call the same person at one instant, the row lets one through. Who taps twice is in a call themselves, and told so.
  if (!free.has(caller.id)) fail('caller_busy')
  if (!free.has(callee.id)) fail('callee_busy')
  return { caller, callee }
}

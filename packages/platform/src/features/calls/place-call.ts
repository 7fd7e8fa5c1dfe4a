import { randomBytes } from 'node:crypto'
import { after } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Providers } from '../../providers/telephony/choose.ts'
import { isReachable } from '../presence/index.ts'
import { holdForCall } from '../wallet/index.ts'
import { eitherBlocks, holdUsers, insertCall, termsOf, userIdOf, type Candidate } from './admission-store.ts'
import { occupy } from './busy-store.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'
import { findCall } from './call-store.ts'
import { mostIntervals, talkLimit } from './call-tariff.ts'
import { longestCallWith } from './receiver-rules/longest-call.ts'
import { callTasks } from './call-tasks.ts'
import { routeCall } from './route-call.ts'
import { leaveQueue } from './waiting/waiting-store.ts'

export interface CallWish {
  /** The host's ids. */
  readonly callerId: string
  readonly calleeId: string
}

export interface Circumstances {
  readonly calleeConnected: boolean
  /** The telephone providers of the app's mode. */
  readonly providers: Providers
}

/** How soon a call is looked after when its callbacks do not come. */
export const firstLookMs = 15_000

/** What admission depends on outside the database; read before its transaction, which waits for nobody. */
export async function circumstancesOf(deps: CallDeps, tenantId: TenantId, { callerId, calleeId }: CallWish): Promise<Circumstances> {
  if (callerId === calleeId) fail('cannot_call_self')
  const providers = await deps.providersFor(tenantId)
  if (Object.values(providers).every((one) => one === undefined))
    fail('provider_unavailable', { detail: 'No telephone provider is configured.' })
  const callee = await deps.db.transact(tenantId, (tx) => userIdOf(tx, tenantId, calleeId))
  return { providers, calleeConnected: callee !== undefined && (await deps.isConnected(tenantId, callee)) }
}

/**
 * Admission, in one transaction: coins are held and both are busy before anything is dialled, and a call that cannot be paid for never
 * rings. A process that dies before the commit has done nothing; after it, the tasks dial the call and look after it.
 */
export async function placeCall(deps: CallDeps, tx: Tx, tenantId: TenantId, wish: CallWish, around: Circumstances): Promise<CallRow> {
  const now = deps.clock.now()
  const callId = newId('call', now)
  const { caller, callee } = await admissible(tx, tenantId, wish, around, now)
  await makeBusy(tx, tenantId, caller, callee, callId)
  if (caller.phone === null || callee.phone === null) return fail('phone_missing')
  const terms = await termsOf(tx, tenantId)
  const { provider, number, routing } = await routeCall(tx, tenantId, {
    callerId: caller.id,
    calleeId: callee.id,
    callerPhone: caller.phone,
    calleePhone: callee.phone,
    appOrder: terms.providerOrder,
    providers: around.providers,
  })
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
    callerPhone: caller.phone,
    calleePhone: callee.phone,
    provider,
    callbackToken: randomBytes(24).toString('base64url'),
    number,
    routing,
    rate,
    sharePercent: terms.sharePercent,
    ringSeconds: terms.ringSeconds,
    limit: talkLimit(heldCoins, rate, maxCallSeconds),
    heldCoins,
    createdAt: now,
  })
  const check = callTasks.check(callId, after(now, firstLookMs))
  await deps.tasks.add(tx, tenantId, [callTasks.dial(callId), check, callTasks.announce(callId)], now)
  return (await findCall(tx, tenantId, callId)) ?? fail('internal')
}

/** Both users, when nothing about them speaks against this call. */
async function admissible(tx: Tx, tenantId: TenantId, wish: CallWish, { calleeConnected }: Circumstances, now: Date) {
  const users = await holdUsers(tx, tenantId, [wish.callerId, wish.calleeId])
  const caller = users.get(wish.callerId) ?? fail('not_found', { detail: 'The caller is not a user of this app.' })
  const callee = users.get(wish.calleeId) ?? fail('not_found', { detail: 'The callee is not a user of this app.' })
  if (caller.blocked) fail('forbidden', { detail: 'The caller is blocked.' })
  if (callee.blocked || (await eitherBlocks(tx, tenantId, caller.id, callee.id))) fail('callee_blocked')
  if (!isReachable({ ...callee, connected: calleeConnected }, now)) fail('callee_offline')
  return { caller, callee }
}

/** Of two who call the same person at one instant, the row lets one through. */
async function makeBusy(tx: Tx, tenantId: TenantId, caller: Candidate, callee: Candidate, callId: string): Promise<void> {
  const free = await occupy(tx, tenantId, [caller.id, callee.id], callId)
  if (!free.has(callee.id)) fail('callee_busy')
  if (!free.has(caller.id)) fail('caller_busy')
}

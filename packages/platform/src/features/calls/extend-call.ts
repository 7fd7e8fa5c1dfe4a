import { after } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { holdForCall } from '../wallet/index.ts'
import { callOfUser } from './busy-store.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'
import { lockCall, setLimit } from './call-store.ts'
import { mostIntervals, talkLimit } from './call-tariff.ts'
import { callTasks } from './call-tasks.ts'
import { secondsLeft } from './call-time.ts'
import { warnAtSeconds } from './go-live.ts'

/** Whether more coins would make the call longer. Of a call by phone the provider keeps the limit that it was given at the start. */
const canGrow = ({ channel, limit, endRequestedBy, endedAt }: CallRow): boolean =>
  channel === 'browser' && limit.reason === 'balance_exhausted' && endRequestedBy === null && endedAt === null

/**
 * Holds what the caller has got since the call began, and lets the call go on for it, up to the longest that it may last. Hold, limit and the
 * new warning are one transaction under the call's lock: killed before its commit, the next beat of the meter does it; after it, the key of
 * the hold, which names the limit that was, keeps it from being made twice. An end that was first stays.
 */
export async function extendCall(deps: CallDeps, tenantId: TenantId, seen: CallRow): Promise<CallRow> {
  if (!canGrow(seen)) return seen
  const longer = await deps.db.transact(tenantId, async (tx) => {
    const wallets = await deps.walletsOf(tx, tenantId, [seen.caller.id])
    if ((wallets.get(seen.caller.id)?.balance ?? 0) < seen.rate.coins) return undefined
    const call = await lockCall(tx, tenantId, seen.id)
    return call !== undefined && canGrow(call) ? extend(deps, tx, tenantId, call) : undefined
  })
  return longer ?? seen
}

async function extend(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow): Promise<CallRow | undefined> {
  const { id: callId, caller, callee, rate, limit, mostSeconds } = call
  const now = deps.clock.now()
  const missing = mostIntervals(mostSeconds, rate) - mostIntervals(limit.seconds, rate)
  const more = await held(tx, tenantId, {
    callId,
    callerId: caller.id,
    calleeId: callee.id,
    rateCoins: rate.coins,
    maxIntervals: missing,
    beyondSeconds: limit.seconds,
    now,
  })
  if (more === undefined) return undefined
  const heldCoins = call.heldCoins + more
  const longer = { ...call, heldCoins, limit: talkLimit(heldCoins, rate, mostSeconds) }
  await setLimit(tx, tenantId, callId, longer)
  const left = secondsLeft(longer, now)
  const warning = warnAtSeconds.find((seconds) => seconds < left)
  const warn = warning === undefined ? [] : [callTasks.warn(callId, warning, after(now, (left - warning) * 1_000))]
  await deps.tasks.add(tx, tenantId, [callTasks.announce(call), ...warn], now)
  return longer
}

/** Undefined when the coins are gone again, or must not move: the call ends where it would have ended. */
async function held(tx: Tx, tenantId: TenantId, wish: Parameters<typeof holdForCall>[2]): Promise<number | undefined> {
  try {
    return (await holdForCall(tx, tenantId, wish)).heldCoins
  } catch (error) {
    if (error instanceof Problem && (error.code === 'insufficient_balance' || error.code === 'ledger_frozen')) return undefined
    throw error
  }
}

/** In the transaction that gave the user coins: the call that they pay for is looked at soon. */
export async function extendCallOf(deps: Pick<CallDeps, 'tasks'>, tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<void> {
  const callId = await callOfUser(tx, tenantId, userId)
  if (callId !== undefined) await deps.tasks.add(tx, tenantId, [callTasks.meter(callId)], now)
}

import { after } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { ProviderCall } from '../../providers/telephony/port.ts'
import { settleCall } from '../wallet/index.ts'
import { keepAccount } from './afterwards/evidence-store.ts'
import { release } from './busy-store.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallEnding, CallRow, EndReason, ReviewReason } from './call-row.ts'
import { setReviewReason, writeEnd, writeParked, writePending, type ParkedEnding } from './call-store.ts'
import { dueCoins, elapsedSeconds } from './call-tariff.ts'
import { callTasks, knowing, timers } from './call-tasks.ts'
import { endWithoutLegs } from './call-verdict.ts'
import { endTypes, recordCall, recordCallNow } from './record-call.ts'
import { isEndAwaited } from './waiting/waiting-store.ts'

const minute = 60_000
const hour = 3_600_000

/** How soon what stood in a settlement's way is looked at again. */
export const lookAgainMs = (why: ReviewReason): number => (why === 'ledger_frozen' || why === 'no_provider' ? minute : hour)

/**
 * Money, record and the end of Busy in the one transaction of a call that the caller of this has locked and found unsettled: a process that
 * dies before the commit has settled nothing and comes again; after it, the call is found settled.
 */
export async function finishCall(
  deps: { readonly clock: Pick<CallDeps['clock'], 'now'> } & Pick<CallDeps, 'tasks' | 'onMoney'>,
  tx: Tx,
  tenantId: TenantId,
  call: CallRow,
  ending: CallEnding,
  account?: ProviderCall,
): Promise<void> {
  const now = deps.clock.now()
  const settlement = await settleCall(tx, tenantId, {
    callId: call.id,
    callerId: call.caller.id,
    calleeId: call.callee.id,
    dueCoins: dueCoins(ending.durationSeconds, call.rate),
    sharePercent: call.sharePercent,
    now,
  })
  const [settled, awaited] = await Promise.all([
    writeEnd(tx, tenantId, call.id, { ending, settlement, account }, now),
    isEndAwaited(tx, tenantId, call.caller.id, call.callee.id),
  ])
  // Of a call that ended before, the end is told already.
  const ended = call.endedAt === null ? endTypes(settled) : []
  await recordCall(tx, tenantId, settled, [...ended, 'call.settled'], now)
  const charged = settlement.chargedCoins > 0 ? deps.onMoney?.(tx, tenantId, call.caller.id, 'paid', now) : undefined
  await Promise.all([release(tx, tenantId, call.id), charged])
  deps.tasks.forget(tx, tenantId, timers, call.id)
  await deps.tasks.add(tx, tenantId, [knowing(callTasks.announce(call), settled), ...(awaited ? [callTasks.freed(call)] : [])], now)
}

/**
 * Finishes a call whose end is known. When the books do not take its settlement (they are frozen, a wallet is full), the call is over for its
 * two people all the same: it is parked with its end, and told why. What the provider told of it is kept either way.
 */
export async function closeCall(
  deps: CallDeps,
  tx: Tx,
  tenantId: TenantId,
  call: CallRow,
  ending: CallEnding,
  account?: ProviderCall,
): Promise<ReviewReason | undefined> {
  try {
    await tx.savepoint(() => finishCall(deps, tx, tenantId, call, ending, account))
    return undefined
  } catch (error) {
    const why = refusalOf(error)
    if (why === undefined) throw error
    if (account !== undefined) await keepAccount(tx, tenantId, call.id, account)
    await parkCall(deps, tx, tenantId, call, why, ending)
    return why
  }
}

function refusalOf(error: unknown): ReviewReason | undefined {
  if (!(error instanceof Problem)) return undefined
  if (error.code === 'ledger_frozen') return 'ledger_frozen'
  return error.code === 'conflict' ? 'wallet_full' : undefined
}

/** How soon the provider is asked again for figures that were not there: soon, then ever more seldom; for a day. */
const figuresAfterMs = [10_000, minute, 3 * minute, 6 * minute, 15 * minute, ...Array.from({ length: 24 }, (_, n) => (n + 1) * hour)]

/** When to ask next for the figures of a call that ended then; undefined once it has been asked for a day. */
export function nextLookForFigures(endedAt: Date, now: Date): Date | undefined {
  const moments = figuresAfterMs.map((ms) => after(endedAt, ms))
  return moments.find((moment) => moment > now)
}

/**
 * Ends a call whose figures the provider tells later: the two are free, the record shows the platform's own timing as an estimate, and the
 * coins stay held until the figures are in. In one transaction with the task that asks for them; killed before the commit, the call is
 * found open and asked about again.
 */
export async function endPending(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow, ending: ParkedEnding): Promise<void> {
  if (call.endedAt !== null) return
  const now = deps.clock.now()
  // A provider's end that lies ahead would put off the questions.
  const endedAt = ending.endedAt > now ? now : ending.endedAt
  await writePending(tx, tenantId, call.id, { ...ending, endedAt })
  await recordCallNow(tx, tenantId, call.id, endTypes, now)
  await release(tx, tenantId, call.id)
  await deps.tasks.add(
    tx,
    tenantId,
    [callTasks.announce(call), callTasks.freed(call), callTasks.settle(call.id, after(now, figuresAfterMs[0] ?? hour))],
    now,
  )
}

/**
 * Lets the two go although the call cannot be settled now. The coins stay held; what happened is charged or given back when the provider's
 * word is in and the books take it. Until then the call is marked for a person to see.
 */
export async function parkCall(
  deps: CallDeps,
  tx: Tx,
  tenantId: TenantId,
  call: CallRow,
  why: ReviewReason,
  known?: ParkedEnding,
): Promise<void> {
  const now = deps.clock.now()
  if (call.endedAt !== null) {
    await setReviewReason(tx, tenantId, call.id, why)
    if (!call.review) await recordCallNow(tx, tenantId, call.id, () => ['call.parked'], now)
    return
  }
  await writeParked(tx, tenantId, call.id, known ?? presumedEnd(call, now), why)
  await recordCallNow(tx, tenantId, call.id, (parked) => [...endTypes(parked), 'call.parked'], now)
  await release(tx, tenantId, call.id)
  const tasks = [callTasks.announce(call), callTasks.freed(call), callTasks.settle(call.id, after(now, lookAgainMs(why)))]
  await deps.tasks.add(tx, tenantId, known === undefined ? [...tasks, callTasks.hangUp(call.id)] : tasks, now)
  deps.logger.error('a call is parked: it cannot be settled now', { callId: call.id, provider: call.provider, code: why })
}

function presumedEnd(call: CallRow, now: Date): ParkedEnding {
  if (call.answeredAt === null) return endWithoutLegs(call, now)
  const durationSeconds = elapsedSeconds(call.answeredAt, call.limit.seconds, now)
  return { status: 'completed', endReason: reasonOfParked(call), durationSeconds, endedAt: now }
}

/** Of a talk of which the provider does not tell, what was asked of us is all that is known. */
function reasonOfParked({ endRequestedBy, limit }: CallRow): EndReason {
  if (endRequestedBy === null) return 'provider_error'
  if (endRequestedBy === 'limit') return limit.reason
  return endRequestedBy === 'platform' ? 'platform' : `${endRequestedBy}_hangup`
}

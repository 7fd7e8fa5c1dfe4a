import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { unapplied } from '../../db/inbox-store.ts'
import type { Task } from '../../db/tasks.ts'
import type { ProviderCall } from '../../providers/telephony/port.ts'
import type { EndIn } from '../../jobs/runner.ts'
import { lookAtBrowser } from './browser/follow-browser.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow, ReviewReason, Side } from './call-row.ts'
import { lockCall, seeCall } from './call-store.ts'
import { callTasks, leftFor } from './call-tasks.ts'
import { endWithoutLegs, judge, type Verdict } from './call-verdict.ts'
import { takesEachStep } from './drive-call.ts'
import { closeCall, endPending, lookAgainMs, nextLookForFigures, parkCall } from './finish-call.ts'
import { happen } from './go-live.ts'
import { reachProvider } from './reach-provider.ts'

export type Look =
  | { readonly found: 'over' }
  | { readonly found: 'unclear' }
  /** The call is over for its two people; its figures are not told yet. */
  | { readonly found: 'pending'; readonly endedAt: Date }
  /** The call goes on, or its leg is not known yet. */
  | { readonly found: 'open'; readonly call: CallRow }
  /** Something stands in the way, on our side: of the question to the provider, or of the settlement of a call that is over. */
  | { readonly found: 'withheld'; readonly why: ReviewReason }

/**
 * Asks the provider about both legs and follows its account: the one way in which a dialled call ends and is paid. Nothing is locked while
 * the provider is asked; the verdict is made anew under the lock, from what was asked of the call meanwhile. `endIn` ends the task that
 * asks, in the transaction of the settlement; `left` is the call as it was a moment ago, where that is known.
 */
export async function reconcile(deps: CallDeps, tenantId: TenantId, callId: string, endIn?: EndIn, left?: CallRow): Promise<Look> {
  const call = left ?? (await seeCall(deps.db, tenantId, callId))
  if (call === undefined || call.settled) return { found: 'over' }
  if (call.channel === 'browser') return lookAtBrowser(deps, tenantId, callId)
  const legId = call.caller.legId
  if (legId === null) return closeUndialled(deps, tenantId, call)
  const telephony = await reachProvider(deps, tenantId, call.provider)
  if (telephony === undefined) return { found: 'withheld', why: 'no_provider' }
  const truth = await telephony.fetchCall(legId, call.callee.legId)
  return deps.db.transact(tenantId, async (tx): Promise<Look> => {
    const current = await lockCall(tx, tenantId, callId)
    if (current === undefined || current.settled) return { found: 'over' }
    const verdict = judge({ ...current, endedBy: current.endedBy ?? (await endedByUnread(tx, tenantId, callId)) }, truth, deps.clock.now())
    if (verdict.kind === 'unclear') return { found: 'unclear' }
    if (verdict.kind === 'open') {
      await follow(deps, tx, tenantId, current, { verdict, truth, driven: takesEachStep(telephony, current) })
      return { found: 'open', call: current }
    }
    if (verdict.kind === 'pending') {
      await endPending(deps, tx, tenantId, current, verdict.ending)
      return { found: 'pending', endedAt: current.endedAt ?? deps.clock.now() }
    }
    const why = await closeCall(deps, tx, tenantId, current, verdict.ending, truth)
    if (why === undefined) endIn?.(tx, true)
    return outcome(why)
  })
}

const outcome = (why: ReviewReason | undefined): Look => (why === undefined ? { found: 'over' } : { found: 'withheld', why })

const isUndialledAndOver = ({ dialAttemptedAt, endRequestedBy, endedAt, caller }: CallRow): boolean =>
  dialAttemptedAt === null && caller.legId === null && (endRequestedBy !== null || endedAt !== null)

/** A call that ended before it was dialled has no account at the provider: there is nothing to ask. */
async function closeUndialled(deps: CallDeps, tenantId: TenantId, call: CallRow): Promise<Look> {
  if (!isUndialledAndOver(call)) return { found: 'open', call }
  return deps.db.transact(tenantId, async (tx): Promise<Look> => {
    const current = await lockCall(tx, tenantId, call.id)
    if (current === undefined || current.settled) return { found: 'over' }
    if (!isUndialledAndOver(current)) return { found: 'open', call: current }
    return outcome(await closeCall(deps, tx, tenantId, current, endWithoutLegs(current, current.endedAt ?? deps.clock.now())))
  })
}

/** Who hung up may stand in a message that is stored and not yet worked on: it came before the caller's leg ended. */
async function endedByUnread(tx: Tx, tenantId: TenantId, callId: string): Promise<Side | null> {
  const messages = await unapplied(tx, tenantId, callId)
  return messages.find(({ report }) => report.endedBy !== null)?.report.endedBy ?? null
}

/** How long the caller's leg may stay up alone after the callee's is over, where the provider itself ends it. */
const lonelyMs = 5_000

interface Sighting {
  readonly verdict: Extract<Verdict, { kind: 'open' }>
  readonly truth: ProviderCall | undefined
  /** Whether the platform rings, joins and ends each leg itself. */
  readonly driven: boolean
}

/** A live call as the provider sees it: what lost callbacks would have told. */
async function follow(
  deps: CallDeps,
  tx: Tx,
  tenantId: TenantId,
  call: CallRow,
  { verdict: { event, alone }, truth, driven }: Sighting,
): Promise<void> {
  const now = deps.clock.now()
  const startedAt = truth?.callee?.startedAt ?? null
  // What a provider calls the start may be the beginning of the ringing.
  const at = startedAt !== null && startedAt >= call.createdAt && startedAt <= now ? startedAt : now
  if (event !== null && alone === null) await happen(deps, tx, tenantId, call, { event, at, doubtMs: call.ringSeconds * 1_000 })
  if (driven && truth?.caller.status === 'in_progress' && call.callee.legId === null)
    await deps.tasks.add(tx, tenantId, [callTasks.drive(call.id)], now)
  if (alone !== null && (driven || (alone.over === 'callee' && alone.since !== null && now >= after(alone.since, lonelyMs))))
    await deps.tasks.add(tx, tenantId, [callTasks.hangUp(call.id)], now)
}

const askAgainMs = [1_000, 2_000, 5_000, 10_000, 15_000]
const hour = 3_600_000
/** Accounts may lag for a moment after the end; after so many looks in a row, and so long, it is no lag. Each hint makes for a look at once. */
const unclearLooks = 5
const lagMs = 15_000

/** Asks again for a day; then a person is to see the call, and it is asked about hourly. */
async function forFigures(deps: CallDeps, tenantId: TenantId, callId: string, endedAt: Date): Promise<Date> {
  const now = deps.clock.now()
  const next = nextLookForFigures(endedAt, now)
  if (next !== undefined) return next
  await deps.db.transact(tenantId, async (tx) => {
    const call = await lockCall(tx, tenantId, callId)
    if (call !== undefined && !call.settled) await parkCall(deps, tx, tenantId, call, 'no_figures')
  })
  return after(now, hour)
}

/**
 * Task `call.settle`, added by every hint that a call may be over: asks until it is. Killed at any point, the next worker asks again, and
 * a call that was settled meanwhile is found settled.
 */
export async function settleTask(deps: CallDeps, task: Task, endIn: EndIn): Promise<{ again: Date } | undefined> {
  const { tenantId, subject: callId, attempt, payload } = task
  const look = await reconcile(deps, tenantId, callId, endIn, leftFor(task))
  if (look.found === 'over') return undefined
  const now = deps.clock.now()
  if (look.found === 'withheld') return { again: after(now, lookAgainMs(look.why)) }
  if (look.found === 'pending') return { again: await forFigures(deps, tenantId, callId, look.endedAt) }
  if (look.found === 'open' && look.call.review) return { again: after(now, hour) }
  const before = Number(payload['unclear'] ?? 0)
  const unclear = look.found === 'unclear' ? before + 1 : 0
  const since = before === 0 ? now.getTime() : Number(payload['unclearSince'] ?? 0)
  if (unclear >= unclearLooks && now.getTime() >= since + lagMs) {
    await deps.db.transact(tenantId, async (tx) => {
      const call = await lockCall(tx, tenantId, callId)
      if (call !== undefined) await parkCall(deps, tx, tenantId, call, 'unreadable')
    })
    return { again: after(now, hour) }
  }
  const again = after(now, askAgainMs[Math.min(unclear === 0 ? attempt : unclear, askAgainMs.length) - 1] ?? hour)
  if (unclear === before) return { again }
  // The count goes into the task itself, which is added anew: it must outlive this process.
  const next = { ...callTasks.settle(callId, again), payload: { unclear, unclearSince: since } }
  await deps.db.transact(tenantId, (tx) => deps.tasks.add(tx, tenantId, [next], now))
  return undefined
}

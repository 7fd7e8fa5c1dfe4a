import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { Task } from '../../../db/tasks.ts'
import { announceCall } from '../announce-call.ts'
import type { CallDeps } from '../call-deps.ts'
import type { CallRow, ReviewReason } from '../call-row.ts'
import { lockCall } from '../call-store.ts'
import { closeCall } from '../finish-call.ts'
import { happen } from '../go-live.ts'
import { proofsOf, setCauses } from './browser-store.ts'
import { judgeBrowser } from './browser-verdict.ts'

/** What a look at a browser call found. */
export type BrowserLook =
  | { readonly found: 'over' }
  | { readonly found: 'open'; readonly call: CallRow; readonly lookAt: Date }
  | { readonly found: 'withheld'; readonly why: ReviewReason }

/**
 * Follows what both sides have proved: begins the talk, or ends and settles the call, in the transaction of the caller, who has locked it.
 * The proofs are read under the lock; those that come in later are of a call that is over, and change nothing.
 */
export async function followBrowser(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow): Promise<BrowserLook> {
  const { proofs, verdict } = await judgeNow(deps, tx, tenantId, call)
  if (verdict.kind === 'over') {
    const { callerCause, calleeCause } = verdict.ending
    await setCauses(tx, tenantId, call.id, callerCause, calleeCause)
    const why = await closeCall(deps, tx, tenantId, { ...call, proofs }, verdict.ending)
    return why === undefined ? { found: 'over' } : { found: 'withheld', why }
  }
  const { talk, lookAt } = verdict
  if (talk !== undefined)
    await happen(deps, tx, tenantId, { ...call, proofs }, { event: 'callee_answers', at: new Date(talk.from), doubtMs: 0 })
  return { found: 'open', call, lookAt }
}

/**
 * The look at a browser call by itself: what a telephone provider's account is to other calls, the proofs are to this one. Before it ends a
 * call, what came in to this process and is not written yet is written, and looked at too.
 */
export async function lookAtBrowser(deps: CallDeps, tenantId: TenantId, callId: string): Promise<BrowserLook> {
  const first = await lookOnce(deps, tenantId, callId, 'not yet')
  if (first !== undefined) return first
  await deps.browser.proofs.flushOf(callId)
  return (await lookOnce(deps, tenantId, callId, 'may end')) ?? { found: 'over' }
}

/** Undefined: the call would end, and may not yet. */
function lookOnce(deps: CallDeps, tenantId: TenantId, callId: string, end: 'may end' | 'not yet'): Promise<BrowserLook | undefined> {
  return deps.db.transact(tenantId, async (tx) => {
    const call = await lockCall(tx, tenantId, callId)
    if (call === undefined || call.settled) return { found: 'over' }
    if (end === 'not yet' && (await judgeNow(deps, tx, tenantId, call)).verdict.kind === 'over') return undefined
    return followBrowser(deps, tx, tenantId, call)
  })
}

async function judgeNow(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow) {
  const proofs = await proofsOf(tx, tenantId, call.id)
  return { proofs, verdict: judgeBrowser(call, proofs, deps.clock.now(), deps.browser.hearsSince) }
}

/**
 * Task `call.watch`: every browser call that is not settled has one. It comes when time alone may end the call, and whenever a proof or an
 * acceptance may have changed it. Killed at any point, the next worker looks again and finds the same proofs.
 */
export async function watchBrowser(deps: CallDeps, { tenantId, subject: callId }: Task): Promise<{ again: Date } | undefined> {
  const look = await lookAtBrowser(deps, tenantId, callId)
  // One that is parked has its settle task.
  return look.found === 'open' ? { again: look.lookAt } : undefined
}

/**
 * Task `call.ring`: the callee's tabs hear of the call, then it rings. Killed between the two, they hear of it twice.
 */
export async function ringBrowser(deps: CallDeps, task: Task): Promise<void> {
  await announceCall(deps, task)
  const { tenantId, subject: callId } = task
  await deps.db.transact(tenantId, async (tx) => {
    const call = await lockCall(tx, tenantId, callId)
    if (call === undefined) return
    await happen(deps, tx, tenantId, call, { event: 'callee_rings', at: deps.clock.now(), doubtMs: 0 })
  })
}

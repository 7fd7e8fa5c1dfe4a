import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { NewTask } from '../../db/tasks.ts'
import type { Tx } from '../../db/connect.ts'
import type { CallDeps } from './call-deps.ts'
import { advance, isOver, type CallEvent } from './call-lifecycle.ts'
import type { CallRow } from './call-row.ts'
import { setStatus } from './call-store.ts'
import { callTasks, knowing } from './call-tasks.ts'
import { recordCall } from './record-call.ts'

/** Seconds before the end at which both sides are warned. */
export const warnAtSeconds = [60, 15] as const

/** How long after the limit the platform looks whether the provider's own limit has ended the call. */
export const overdueMs = 10_000

export interface Happening {
  readonly event: Extract<CallEvent, 'callee_rings' | 'callee_answers'>
  /** When, as well as the platform can tell. */
  readonly at: Date
  /** How much too early `at` may be: the platform's own cut-off waits that long, the provider's limit does not. */
  readonly doubtMs: number
}

/** Moves a locked call along its lifecycle; at the answer, plans metering, warnings and the cut-off. */
export async function happen(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow, { event, at, doubtMs }: Happening): Promise<void> {
  const status = advance(call.status, event)
  if (status === call.status || isOver(status)) return
  const now = deps.clock.now()
  const answeredAt = status === 'in_progress' ? at : null
  await setStatus(tx, tenantId, call.id, status, answeredAt)
  const moved = { ...call, status, answeredAt: call.answeredAt ?? answeredAt }
  await recordCall(tx, tenantId, moved, [`call.${status}`], now)
  const tasks = [knowing(callTasks.announce(call), moved), ...(status === 'in_progress' ? talkTasks(moved, at, doubtMs) : [])]
  await deps.tasks.add(tx, tenantId, tasks, now)
}

/** Providers at which the platform may have to ring and join the legs itself; the adapter says whether it does. */
const perhapsDriven: readonly string[] = ['exotel']
export const isDriven = (provider: string): boolean => perhapsDriven.includes(provider)

function talkTasks(call: CallRow, answeredAt: Date, doubtMs: number): NewTask[] {
  const { id, channel, limit, provider } = call
  const at = (seconds: number) => after(answeredAt, seconds * 1_000)
  const firstWarning = warnAtSeconds.find((left) => left <= limit.seconds)
  const tellers = [
    knowing(callTasks.meter(id), call),
    ...(firstWarning === undefined ? [] : [callTasks.warn(id, firstWarning, at(limit.seconds - firstWarning))]),
  ]
  // The watch of a browser call cuts it off as well: what is proved decides when.
  if (channel === 'browser') return [...tellers, callTasks.watch(id, answeredAt)]
  return [
    ...tellers,
    ...(isDriven(provider) ? [callTasks.drive(id)] : []),
    callTasks.cutOff(id, after(at(limit.seconds), doubtMs)),
    callTasks.check(id, after(at(limit.seconds), doubtMs + overdueMs)),
  ]
}

import type { NewTask, Task } from '../../db/tasks.ts'
import type { CallRow } from './call-row.ts'

/** What has nothing to do any more when a call is settled; each would only look and see. */
export const timers: readonly string[] = ['call.check', 'call.cutoff', 'call.meter', 'call.settle', 'call.warn']

/** A call and its two people. */
export interface Parties {
  readonly id: string
  readonly caller: { readonly id: string }
  readonly callee: { readonly id: string }
}

/** The caller and the callee, whom a task names so that what concerns them is asked along with the call; an older release's names none. */
export function usersOf({ payload }: Pick<Task, 'payload'>): readonly [string, string] | undefined {
  const [callerId, calleeId] = Array.isArray(payload['users']) ? (payload['users'] as unknown[]) : []
  return typeof callerId === 'string' && typeof calleeId === 'string' ? [callerId, calleeId] : undefined
}

interface Left {
  readonly call: CallRow
  readonly at: number
}

/** By the payload of the task that was written down with it. */
const leftBy = new WeakMap<object, Left>()
/** Longer ago, somebody may have changed the call, and a task that has waited reads it. */
const freshMs = 1_000

/** The same task, for a call that its transaction has just written or locked: who begins it here with the commit need not read that again. */
export function knowing(task: NewTask, call: CallRow): NewTask {
  const payload = { ...task.payload }
  leftBy.set(payload, { call, at: performance.now() })
  return { ...task, payload }
}

/** The call as the transaction that wrote this task down left it a moment ago; undefined where that is not known, and it must be read. */
export function leftFor({ payload }: Pick<Task, 'payload'>): CallRow | undefined {
  const left = leftBy.get(payload)
  return left !== undefined && performance.now() - left.at < freshMs ? left.call : undefined
}

/** What is still to be done for a call; each survives the process. The subject is the call, of `dropLeg` the leg. */
export const callTasks = {
  /** With the provider that was chosen just now: the call need not be read to know it. */
  dial: (callId: string, provider?: string): NewTask => ({
    kind: 'call.dial',
    subject: callId,
    ...(provider === undefined ? {} : { payload: { provider } }),
  }),
  /** Looks after a call that nobody reports on. */
  check: (callId: string, runAt: Date): NewTask => ({ kind: 'call.check', subject: callId, runAt }),
  /** Asks the provider until the call is over, and settles it. */
  settle: (callId: string, runAt?: Date): NewTask => ({ kind: 'call.settle', subject: callId, ...(runAt === undefined ? {} : { runAt }) }),
  /** Rings the callee, or joins the two, where each is a request of ours. */
  drive: (callId: string): NewTask => ({ kind: 'call.drive', subject: callId }),
  hangUp: (callId: string): NewTask => ({ kind: 'call.hangup', subject: callId }),
  /** Takes down a leg that belongs to no call of ours any more. */
  dropLeg: (legId: string, provider: string): NewTask => ({ kind: 'call.drop-leg', subject: legId, payload: { provider } }),
  /** Tells the callee of a browser call that it rings. */
  ring: (callId: string): NewTask => ({ kind: 'call.ring', subject: callId }),
  /** Looks after a browser call: what its proofs mean, and what time has brought. */
  watch: (callId: string, runAt: Date): NewTask => ({ kind: 'call.watch', subject: callId, runAt }),
  meter: (callId: string): NewTask => ({ kind: 'call.meter', subject: callId }),
  warn: (callId: string, secondsLeft: number, runAt: Date): NewTask => ({
    kind: 'call.warn',
    subject: callId,
    payload: { secondsLeft },
    runAt,
  }),
  cutOff: (callId: string, runAt: Date): NewTask => ({ kind: 'call.cutoff', subject: callId, runAt }),
  /** The two can be called again. */
  freed: (call: Parties): NewTask => ({ kind: 'call.freed', subject: call.id, payload: { users: [call.caller.id, call.callee.id] } }),
  announce: (call: Parties): NewTask => ({ kind: 'call.announce', subject: call.id, payload: { users: [call.caller.id, call.callee.id] } }),
} as const

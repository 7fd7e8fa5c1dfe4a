import { timingSafeEqual } from 'node:crypto'
import type { Call } from '@impacthub/sdk/contract'
import { everyTenant, type TenantId, type UserActor } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { PeriodicJob } from '../../jobs/periodic.ts'
import type { TaskHandler } from '../../jobs/runner.ts'
import type { IncomingCall, Instructions, LegReport } from '../../providers/telephony/port.ts'
import { createMemory } from '../../base/memory.ts'
import { announceCall } from './announce-call.ts'
import { answerInstructions } from './answer-call.ts'
import { onCallMessage, type CallMessage } from './browser/browser-messages.ts'
import { ringBrowser, watchBrowser } from './browser/follow-browser.ts'
import { busyOf } from './busy-store.ts'
import type { CallDeps } from './call-deps.ts'
import { callSecret } from './callback-url.ts'
import { callbackOf, openCalls, type CallbackOwner } from './call-store.ts'
import { checkCall } from './check-call.ts'
import { dialCall } from './dial-call.ts'
import { driveCall } from './drive-call.ts'
import { extendCallOf } from './extend-call.ts'
import { dropLeg, hangUpCall } from './hang-up-call.ts'
import { answerInbound } from './inbound/answer-inbound.ts'
import { cutOff, meterCall, warnOfEnd } from './meter-call.ts'
import { onLegReports, onlyLegOf } from './on-leg-report.ts'
import { presentCall } from './present-call.ts'
import { settleTask } from './settle-call.ts'
import { sweepCalls } from './sweep-calls.ts'

export type { CallDeps, CallNews } from './call-deps.ts'
export type { IceSettings } from './browser/browser-parts.ts'
export type { CallMessage } from './browser/browser-messages.ts'
export { createProofBook, type ProofBook } from './browser/proof-book.ts'
export { paidCall, type PaidCall } from './paid-call-store.ts'
export { callSecret } from './callback-url.ts'
export { parkedTable } from './parked-table.ts'
export { settleParked, type OperatorDeps } from './settle-parked.ts'

/** What the rest of the platform needs of calls. */
export interface Calls {
  /** Handlers of the tasks of calls, for the runner. */
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** Those for which people wait, or coins run: nothing else may stand before them. */
  readonly urgentKinds: readonly string[]
  /** Those of either that wait for the provider, and may hang: they leave places to the rest. */
  readonly slowKinds: readonly string[]
  readonly jobs: readonly PeriodicJob[]
  /** Which of these users (`usr_…`) are in a call that is not over. */
  busyAmong(tenantId: TenantId, userIds: readonly string[]): Promise<ReadonlySet<string>>
  /** Whether a user (`usr_…`) is in a call, within a transaction. */
  inCall(tx: Tx, tenantId: TenantId, userId: string): Promise<boolean>
  /** Calls that are not over: of one user as a party sees them, or with undefined of the app as its server does. */
  openCallsOf(tenantId: TenantId, userId: string | undefined): Promise<Call[]>
  /** The tenant of a call that this provider carries, when the token is that call's. */
  findCallback(callId: string, token: string, provider: string): Promise<TenantId | undefined>
  /** The caller has picked up: what the provider shall do. */
  answerInstructions(tenantId: TenantId, callId: string): Promise<Instructions>
  /** Somebody calls a virtual number: what the provider shall do. */
  incoming(call: IncomingCall): Promise<Instructions>
  /** The caller's leg, where a report tells nothing but that it is one of the call. */
  onlyLegOf(provider: string, report: LegReport): string | null
  /** Applies what verified callbacks say, in this order. */
  applyReports(tx: Tx, tenantId: TenantId, callId: string, reports: Promise<readonly LegReport[]>): Promise<void>
  /** In the transaction that gave a user (`usr_…`) coins: a call that they pay for goes on for them where it can. */
  credited(tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<void>
  /** Takes what a tab says of a browser call over its live connection. */
  hear(actor: UserActor, message: CallMessage): Promise<void>
}

/** A call has about seven callbacks. Whose they are never changes; who sends them only before it is dialled. */
const rememberedCalls = 10_000
const rememberedMs = 3_600_000

export function createCalls(deps: CallDeps): Calls {
  const callbacks = createMemory<string, CallbackOwner & { readonly secret: string }>(rememberedCalls, rememberedMs)
  const { db, clock } = deps
  return {
    handlers: {
      'call.dial': (task, endIn) => dialCall(deps, task, endIn),
      'call.drive': (task) => driveCall(deps, task),
      'call.check': (task) => checkCall(deps, task),
      'call.settle': (task, endIn) => settleTask(deps, task, endIn),
      'call.hangup': (task, endIn) => hangUpCall(deps, task, endIn),
      'call.drop-leg': (task) => dropLeg(deps, task),
      'call.meter': (task) => meterCall(deps, task),
      'call.warn': (task) => warnOfEnd(deps, task),
      'call.cutoff': (task, endIn) => cutOff(deps, task, endIn),
      'call.announce': (task) => announceCall(deps, task),
      'call.ring': (task) => ringBrowser(deps, task),
      'call.watch': (task) => watchBrowser(deps, task),
    },
    urgentKinds: ['call.dial', 'call.drive', 'call.ring', 'call.hangup', 'call.drop-leg', 'call.cutoff'],
    // Not the end of a call: it stops what costs, and is not to wait behind dials that hang.
    slowKinds: ['call.dial', 'call.drive', 'call.drop-leg', 'call.check', 'call.settle'],
    jobs: [{ name: 'sweep-calls', everyMs: 60_000, run: () => sweepCalls(deps) }],
    busyAmong: (tenantId, userIds) => db.transact(tenantId, (tx) => busyOf(tx, tenantId, userIds)),
    inCall: async (tx, tenantId, userId) => (await busyOf(tx, tenantId, [userId])).size > 0,
    async openCallsOf(tenantId, userId) {
      const rows = await db.transact(tenantId, (tx) => openCalls(tx, tenantId, userId))
      const now = clock.now()
      return rows.map((row) => presentCall(row, userId === undefined ? 'server' : row.caller.id === userId ? 'caller' : 'callee', now))
    },
    async findCallback(callId, token, provider) {
      const read = async () => {
        const owner = await db.transact(everyTenant, (tx) => callbackOf(tx, callId))
        return owner && { ...owner, secret: callSecret(deps.masterKey, { id: callId, callbackToken: owner.token }) }
      }
      const remembered = await callbacks.recall(callId, read)
      // Another provider may have got the call since.
      const known = remembered !== undefined && remembered.provider !== provider ? await read() : remembered
      return known !== undefined && known.provider === provider && sameText(known.secret, token) ? known.tenantId : undefined
    },
    answerInstructions: (tenantId, callId) => answerInstructions(deps, tenantId, callId),
    credited: (tx, tenantId, userId, now) => extendCallOf(deps, tx, tenantId, userId, now),
    incoming: (call) => answerInbound(deps, call),
    onlyLegOf,
    applyReports: (tx, tenantId, callId, reports) => onLegReports(deps, tx, tenantId, callId, reports),
    hear: (actor, message) => onCallMessage(deps, actor, message),
  }
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

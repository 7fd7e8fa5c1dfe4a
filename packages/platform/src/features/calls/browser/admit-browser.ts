import { after } from '../../../base/clock.ts'
import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { Line } from '../admission-store.ts'
import type { CallDeps } from '../call-deps.ts'
import { callTasks } from '../call-tasks.ts'
import { openSides } from './browser-store.ts'

/** How a call between two browsers goes its way: nobody but they carries the sound, without phones and numbers. `peer`: the caller's tab, when it is the one that calls. */
export const browserLine = (peer: string | undefined): Line => ({
  channel: 'browser',
  provider: 'browser',
  number: null,
  callerPhone: null,
  calleePhone: null,
  callerPeer: peer ?? null,
  routing: null,
})

interface NewBrowserCall {
  readonly id: string
  readonly caller: { readonly id: string }
  readonly callee: { readonly id: string }
  readonly ringSeconds: number
}

/** Part of the admission's transaction: where the proofs go, and the tasks that ring and that end the ringing. */
export async function openBrowser(deps: CallDeps, tx: Tx, tenantId: TenantId, call: NewBrowserCall, now: Date): Promise<void> {
  await openSides(tx, tenantId, call.id, { caller: call.caller.id, callee: call.callee.id })
  await deps.tasks.add(tx, tenantId, [callTasks.ring(call.id), callTasks.watch(call.id, after(now, call.ringSeconds * 1_000))], now)
}

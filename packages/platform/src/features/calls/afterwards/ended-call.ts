import { after } from '../../../base/clock.ts'
import { fail } from '../../../base/problem.ts'
import type { SecretActor, UserActor } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { CallRow } from '../call-row.ts'
import { lockCall } from '../call-store.ts'
import { roleOf } from '../end-call.ts'

/** A call that is over, held for a change, and who of it the actor is. */
export interface EndedCall {
  readonly call: CallRow
  readonly by: 'caller' | 'callee' | 'platform'
  readonly endedAt: Date
}

/** Fails with `not_found` for who is no part of the call, and with `conflict` while it goes on. */
export async function holdEndedCall(tx: Tx, actor: UserActor | SecretActor, callId: string): Promise<EndedCall> {
  const { call, by } = roleOf(await lockCall(tx, actor.tenant.id, callId), actor)
  if (call.endedAt === null) return fail('conflict', { detail: 'The call goes on.' })
  return { call, by, endedAt: call.endedAt }
}

const dayMs = 24 * 3_600_000

/** Fails with `conflict` when the call ended longer ago. */
export function refuseAfter(days: number, { endedAt }: EndedCall, now: Date): void {
  if (now > after(endedAt, days * dayMs)) fail('conflict', { detail: `This is possible for ${days} days after the call.` })
}

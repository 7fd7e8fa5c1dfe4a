import { Problem } from '../../base/problem.ts'
import { everyTenant, type TenantId } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import { ProviderError } from '../../providers/telephony/port.ts'
import type { EndIn } from '../../jobs/runner.ts'
import type { CallDeps } from './call-deps.ts'
import { isLegWanted, seeCall } from './call-store.ts'
import { callTasks } from './call-tasks.ts'

/** A provider that has refused so often, or is not there, will not be moved: its own limits end the leg. */
const mostRefusals = 10

async function takeDown(
  deps: CallDeps,
  tenantId: TenantId,
  provider: string,
  legs: { readonly caller: string; readonly callee: string | null },
  attempt: number,
): Promise<void> {
  try {
    const telephony = await deps.telephonyFor(tenantId, provider)
    // Its own limit ends the call: there is nothing to ask.
    if (telephony.abilities.hangUp) await telephony.hangUp(legs.caller, legs.callee)
  } catch (error) {
    if (!isRefusal(error) || attempt < mostRefusals) throw error
    deps.logger.error('a leg could not be taken down', { attempt, error })
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof ProviderError ? error.failure === 'refused' : error instanceof Problem && error.code === 'provider_unavailable'

/**
 * Task `call.hangup`: ends the caller's leg, and with it the callee's, where the provider can. Done twice it does no harm; what fails is tried again, and the
 * provider's own limits stand behind it. Without a leg yet, whoever finds one adds this task again.
 */
export async function hangUpCall(deps: CallDeps, { tenantId, subject: callId, attempt }: Task, endIn: EndIn): Promise<void> {
  const call = await seeCall(deps.db, tenantId, callId)
  const legId = call?.caller.legId ?? null
  if (call === undefined || legId === null) return
  if (call.canEnd) await takeDown(deps, tenantId, call.provider, { caller: legId, callee: call.callee.legId }, attempt)
  if (call.settled) return
  await deps.db.transact(tenantId, async (tx) => {
    await deps.tasks.add(tx, tenantId, [callTasks.settle(callId)], deps.clock.now())
    endIn(tx)
  })
}

/** Those that were added before there was a choice name none. */
const providerOf = ({ provider }: Task['payload']): string => (typeof provider === 'string' ? provider : 'twilio')

/**
 * Task `call.drop-leg`: takes down a leg that no call wants. One that belongs to a call which goes on stays, whoever named it: a message that
 * nobody signed may speak of others.
 */
export async function dropLeg(deps: CallDeps, { tenantId, subject: legId, attempt, payload }: Task): Promise<void> {
  if (await deps.db.transact(everyTenant, (tx) => isLegWanted(tx, legId))) return
  await takeDown(deps, tenantId, providerOf(payload), { caller: legId, callee: null }, attempt)
}

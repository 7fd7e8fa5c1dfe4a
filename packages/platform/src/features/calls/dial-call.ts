import { after } from '../../base/clock.ts'
import { everyTenant, type TenantId } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import { ProviderError, type Telephony } from '../../providers/telephony/port.ts'
import type { EndIn } from '../../jobs/runner.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'
import { knownLegs, lockCall, markDialAttempt, seeCall } from './call-store.ts'
import { endWithoutLegs } from './call-verdict.ts'
import { markFirstDial, setFirstLeg } from './dial-store.ts'
import { dialWithinMs, fallBack } from './fall-back.ts'
import { closeCall } from './finish-call.ts'
import { adoptLeg } from './on-leg-report.ts'
import { reachProvider } from './reach-provider.ts'
import { wishOf } from './wish-of.ts'

/** How long a dial whose answer was lost may still turn up. */
const giveUpMs = 90_000
const lookEveryMs = 3_000
/** How soon a call is tried again that no provider is there for. */
const unreachableMs = 1_000

type Outcome = { readonly again: Date } | undefined

/**
 * Task `call.dial`. The attempt is written down before the provider is asked, so a call is dialled once at most: killed before the mark, it
 * is dialled by the next worker; killed after it, or without an answer, the leg is looked for at the provider and in callbacks, and never
 * dialled again. Without a trace after 90 seconds the call has failed and the hold goes back; a leg that shows up later is taken down.
 * A dial that certainly rang nobody goes to the next provider that can carry the call, else to the same again.
 * A call that somebody wants ended, or that has been parked, before its mark is never dialled.
 */
export async function dialCall(deps: CallDeps, task: Task, endIn: EndIn): Promise<Outcome> {
  const now = deps.clock.now()
  const { tenantId, subject: callId } = task
  const first = await markAtOnce(deps, task, now)
  if (first !== undefined) return ring(deps, first.telephony, tenantId, first.call, endIn)
  const planned = await seeCall(deps.db, tenantId, callId)
  if (planned === undefined) return undefined
  const telephony = await reachProvider(deps, tenantId, planned.provider)
  const found = await deps.db.transact(tenantId, async (tx) => {
    const call = await lockCall(tx, tenantId, callId)
    if (call === undefined || call.provider !== planned.provider || call.settled || call.caller.legId !== null) return undefined
    if (call.dialAttemptedAt !== null) return { call, attemptedAt: call.dialAttemptedAt }
    if (call.endRequestedBy !== null || call.endedAt !== null || now >= after(call.createdAt, dialWithinMs)) {
      await closeCall(deps, tx, tenantId, call, endWithoutLegs(call, call.endedAt ?? now))
      return undefined
    }
    if (telephony === undefined) return { call, attemptedAt: undefined }
    await markDialAttempt(tx, tenantId, callId, now, canEndAfterDial(telephony))
    return { call, attemptedAt: undefined }
  })
  if (found === undefined) return undefined
  if (found.attemptedAt !== undefined) return lookForLeg(deps, telephony, tenantId, found.call, found.attemptedAt)
  return telephony === undefined ? { again: after(now, unreachableMs) } : ring(deps, telephony, tenantId, found.call, endIn)
}

/** The usual case: the task's first run, for a call that nothing has happened to since it was placed. Whatever is different is looked at. */
async function markAtOnce(
  deps: CallDeps,
  { tenantId, subject: callId, attempt, payload: { provider } }: Task,
  now: Date,
): Promise<{ readonly telephony: Telephony; readonly call: CallRow } | undefined> {
  if (typeof provider !== 'string' || attempt !== 1) return undefined
  const telephony = await reachProvider(deps, tenantId, provider)
  if (telephony === undefined) return undefined
  const placedAfter = after(now, -dialWithinMs)
  const call = await markFirstDial(deps.db, tenantId, callId, { provider, at: now, canEnd: canEndAfterDial(telephony), placedAfter })
  return call && { telephony, call }
}

async function ring(deps: CallDeps, telephony: Telephony, tenantId: TenantId, call: CallRow, endIn: EndIn): Promise<Outcome> {
  const callId = call.id
  try {
    const { legId } = await telephony.dial(wishOf(deps, call))
    await deps.db.transact(tenantId, async (tx) => {
      const current = (await setFirstLeg(tx, tenantId, callId, legId)) ? undefined : await lockCall(tx, tenantId, callId)
      if (current !== undefined) await adoptLeg(deps, tx, tenantId, current, legId)
      endIn(tx)
    })
    return undefined
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return onDialError(deps, tenantId, call, error)
  }
}

async function onDialError(deps: CallDeps, tenantId: TenantId, call: CallRow, error: ProviderError): Promise<Outcome> {
  const now = deps.clock.now()
  deps.logger.warn('a call could not be dialled', { callId: call.id, code: error.failure, provider: call.provider, error })
  if (error.failure === 'unknown') return { again: after(now, lookEveryMs) }
  const waitMs = Math.max(1_000, (now.getTime() - call.createdAt.getTime()) / 2)
  const inTime = after(now, waitMs) < after(call.createdAt, dialWithinMs)
  const providers = await deps.providersFor(tenantId)
  return deps.db.transact(tenantId, async (tx) => {
    const current = await lockCall(tx, tenantId, call.id)
    if (current === undefined || current.settled || current.caller.legId !== null || current.provider !== call.provider) return undefined
    if (await fallBack(deps, tx, tenantId, current, { providers, failure: error.failure })) return { again: now }
    if (error.failure === 'not_sent' && inTime && current.endRequestedBy === null) {
      // It certainly did not ring: only now may it be dialled again.
      await markDialAttempt(tx, tenantId, call.id, null, true)
      return { again: after(now, waitMs) }
    }
    await closeCall(deps, tx, tenantId, current, endWithoutLegs(current, now))
    return undefined
  })
}

/** A call that the provider cannot end can still be refused when it asks what to do with the caller who has answered. */
const canEndAfterDial = ({ abilities }: Telephony): boolean => abilities.hangUp || abilities.asks

/** For a dial whose answer was lost. What cannot be told apart is left to the callbacks, which name the call. */
async function lookForLeg(
  deps: CallDeps,
  telephony: Telephony | undefined,
  tenantId: TenantId,
  call: CallRow,
  since: Date,
): Promise<Outcome> {
  const now = deps.clock.now()
  const tooLate = now >= after(since, giveUpMs)
  const ids = telephony === undefined ? [] : await legsLike(deps, telephony, call, since)
  const known = await deps.db.transact(everyTenant, (tx) => knownLegs(tx, ids))
  const [candidate, ...others] = ids.filter((id) => !known.has(id))
  if (!tooLate && (candidate === undefined || others.length > 0)) return { again: after(now, lookEveryMs) }
  return deps.db.transact(tenantId, async (tx) => {
    const current = await lockCall(tx, tenantId, call.id)
    if (current === undefined || current.settled || current.caller.legId !== null) return undefined
    if (candidate !== undefined && others.length === 0) await adoptLeg(deps, tx, tenantId, current, candidate)
    else await closeCall(deps, tx, tenantId, current, endWithoutLegs(current, now))
    return undefined
  })
}

async function legsLike(deps: CallDeps, telephony: Telephony, call: CallRow, since: Date): Promise<string[]> {
  try {
    const legs = await telephony.findDialed(wishOf(deps, call), since)
    return legs.map(({ id }) => id)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return []
  }
}

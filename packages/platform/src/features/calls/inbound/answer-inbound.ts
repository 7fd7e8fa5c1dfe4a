import type { ProblemCode, SpokenOccasion } from '@impacthub/sdk/contract'
import { Problem } from '../../../base/problem.ts'
import { everyTenant, type TenantId, type TenantRef } from '../../../base/tenant.ts'
import type { IncomingCall, Instructions, Telephony } from '../../../providers/telephony/port.ts'
import { callerWith, countRefused, numberDialled, otherOf } from '../../numbers/index.ts'
import { answerInstructions } from '../answer-call.ts'
import type { CallDeps } from '../call-deps.ts'
import { placeCall } from '../place-call.ts'
import { callOfLeg, hostIdOf, voiceOf } from './inbound-store.ts'
import { speechFor } from './spoken-texts.ts'

/** The number that was dialled, and by whom. */
interface Dialled {
  readonly number: { readonly id: string; readonly phoneNumber: string; readonly ownerId: string | null }
  readonly tenant: TenantRef
  readonly telephony: Telephony
  readonly legId: string
  readonly from: string | null
}

/** Who speaks to whom: the host's ids. */
interface People {
  readonly callerId: string
  readonly calleeId: string
  readonly calleeUserId: string
  readonly languages: readonly string[]
}

/**
 * Somebody calls a virtual number: the owner of the number is called, or whom the caller's phone last showed it for, by the same admission
 * as a call from the app; the caller's leg is there already, so this call is never dialled. Everybody else hears why not, and nothing is
 * charged. A request that is repeated gets the answer of the call that it has begun. Killed before the commit, nobody is busy and nothing is
 * held; after it, the call is looked after like any other, and the provider, which got no answer, asks again or lets the caller go.
 */
export async function answerInbound(deps: CallDeps, { mode, telephony, call }: IncomingCall): Promise<Instructions> {
  const wanted = { provider: telephony.name, mode, phoneNumber: call.to }
  const found = await deps.db.transact(everyTenant, (tx) => numberDialled(tx, wanted))
  if (found === undefined) return telephony.hangUpInstructions(speechFor('not_possible', [], {}))
  const number = { id: found.id, phoneNumber: call.to, ownerId: found.ownerId }
  const dialled = { number, tenant: found.tenant, telephony, legId: call.legId, from: call.from }
  const begun = await repeated(deps, dialled)
  if (begun !== undefined) return begun
  if (!(await deps.mayDial(number.id, call.from))) return telephony.hangUpInstructions()
  const people = await peopleOf(deps, dialled)
  if ('occasion' in people) return refuse(deps, dialled, people.occasion, people.languages)
  try {
    return await answerInstructions(deps, found.tenant.id, await begin(deps, dialled, people))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // A repetition that ran beside the first finds both people busy, with the very call it is about.
    return (await repeated(deps, dialled)) ?? refuse(deps, dialled, occasionOf(error.code), people.languages)
  }
}

async function repeated(deps: CallDeps, { tenant, telephony, legId }: Dialled): Promise<Instructions | undefined> {
  const known = await deps.db.transact(tenant.id, (tx) => callOfLeg(tx, tenant.id, telephony.name, legId))
  return known === undefined ? undefined : answerInstructions(deps, tenant.id, known)
}

interface Stranger {
  readonly occasion: SpokenOccasion
  readonly languages: readonly string[]
}

async function peopleOf(deps: CallDeps, { number, tenant, from }: Dialled): Promise<People | Stranger> {
  if (from === null) return { occasion: 'withheld', languages: [] }
  const now = deps.clock.now()
  return deps.db.transact(tenant.id, async (tx) => {
    const caller = await callerWith(tx, tenant.id, { phone: from, numberId: number.id, ownerId: number.ownerId, now })
    if (caller === undefined) return { occasion: 'unknown_caller', languages: [] }
    const { languages } = caller
    if (number.ownerId === caller.id) return { occasion: 'own_number', languages }
    const calleeUserId = number.ownerId ?? (await otherOf(tx, tenant.id, number.id, caller.id, now))
    const calleeId = calleeUserId === undefined ? undefined : await hostIdOf(tx, tenant.id, calleeUserId)
    if (calleeUserId === undefined || calleeId === undefined) return { occasion: 'not_possible', languages }
    return { callerId: caller.hostId, calleeId, calleeUserId, languages }
  })
}

async function begin(deps: CallDeps, { number, tenant, telephony, legId }: Dialled, people: People): Promise<string> {
  const { callerId, calleeId, calleeUserId } = people
  const calleeConnected = await deps.isConnected(tenant.id, calleeUserId)
  const around = { calleeConnected, providers: {}, inbound: { telephony, legId, number } }
  return deps.db.transact(tenant.id, async (tx) => (await placeCall(deps, tx, tenant.id, { callerId, calleeId }, around)).id)
}

const occasions: Partial<Record<ProblemCode, SpokenOccasion>> = {
  cannot_call_self: 'own_number',
  forbidden: 'not_possible',
  not_found: 'not_possible',
  callee_busy: 'callee_busy',
  caller_busy: 'caller_busy',
  insufficient_balance: 'no_balance',
}

/** What a refusal of admission is called before the caller. Everything about the callee but that they talk is one and the same. */
export function occasionOf(code: ProblemCode): SpokenOccasion {
  const known = occasions[code]
  if (known !== undefined) return known
  return code.startsWith('callee_') || code === 'phone_missing' ? 'callee_unavailable' : 'unavailable'
}

async function refuse(
  deps: CallDeps,
  { number, tenant, telephony }: Dialled,
  occasion: SpokenOccasion,
  spoken: readonly string[],
): Promise<Instructions> {
  const voice = await counted(deps, tenant.id, number.id, occasion)
  deps.logger.info('a call to a virtual number was not put through', { provider: telephony.name, code: occasion })
  return telephony.hangUpInstructions(speechFor(occasion, [...spoken, ...voice.languages], voice.own))
}

const counted = (deps: CallDeps, tenantId: TenantId, numberId: string, occasion: SpokenOccasion) =>
  deps.db.transact(tenantId, async (tx) => {
    await countRefused(tx, tenantId, numberId, occasion, deps.clock.now())
    return voiceOf(tx, tenantId)
  })

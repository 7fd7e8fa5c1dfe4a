import { after } from '../../base/clock.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import type { ProviderName } from '../../providers/telephony/port.ts'
import { freeNumber, holdOwner, serializeOwners, setOwner, type Owner } from './assign-store.ts'
import { coolDownMs } from './cool-down.ts'
import type { NumberDeps } from './index.ts'
import { kindOf } from './number-kind.ts'
import { coolNumber, findNumber, isInCall, lockNumber, numberById, numberOfUser, type VirtualNumber } from './number-store.ts'
import { numberTasks } from './number-tasks.ts'
import { dropPairsOf } from './pair-store.ts'
import { recordAssigned, recordReleased } from './record-number.ts'

export interface AssignWish {
  /** The host's id. */
  readonly userId: string
  readonly numberId?: string | undefined
  readonly phoneNumber?: string | undefined
  readonly provider?: ProviderName | undefined
}

/**
 * Gives a user a number of their own: who dials it calls them, and calls to them show it. The one they had before cools down. Assignments of
 * one app take turns, so that no number gets two owners and no user two numbers. Killed before the commit, nothing has changed.
 */
export async function assignNumber(deps: NumberDeps, tx: Tx, actor: SecretActor, ip: string, wish: AssignWish): Promise<VirtualNumber> {
  const { id: tenantId } = actor.tenant
  const now = deps.clock.now()
  await serializeOwners(tx, tenantId)
  const owner = (await holdOwner(tx, tenantId, wish.userId)) ?? fail('not_found')
  const current = await numberOfUser(tx, tenantId, owner.id)
  const wanted = await wantedNumber(tx, tenantId, wish, { owner, current, now })
  await deps.tasks.add(tx, tenantId, [numberTasks.connect(wanted.id)], now)
  if (wanted.id === current?.id) return wanted
  if (await isInCall(tx, tenantId, wanted.phoneNumber)) fail('number_in_call')
  if (current !== undefined) {
    await coolNumber(tx, tenantId, current.id, after(now, coolDownMs), null)
    await recordReleased(tx, tenantId, current, now)
  }
  await setOwner(tx, tenantId, wanted.id, owner.id)
  await recordAssigned(tx, tenantId, wanted.id, wish.userId, now)
  // Who dials it from now on means its owner, not whom a call showed it for.
  await dropPairsOf(tx, tenantId, wanted.id)
  await audit(
    tx,
    tenantId,
    actor,
    { action: 'number.assigned', subject: wanted.id, fromIp: ip, details: { userId: owner.id, ...(current && { instead: current.id }) } },
    now,
  )
  return (await numberById(tx, tenantId, wanted.id)) ?? fail('not_found')
}

async function wantedNumber(
  tx: Tx,
  tenantId: TenantId,
  { numberId, phoneNumber, provider }: AssignWish,
  { owner, current, now }: { owner: Owner; current: VirtualNumber | undefined; now: Date },
): Promise<VirtualNumber> {
  if (numberId === undefined && phoneNumber === undefined) {
    if (current !== undefined && (provider === undefined || provider === current.provider)) return current
    const country = owner.phone === null ? null : kindOf(owner.phone).country
    const found = await freeNumber(tx, tenantId, { provider, country, now })
    return (found === undefined ? undefined : await lockNumber(tx, tenantId, found)) ?? fail('no_free_number')
  }
  const pointer = numberId === undefined ? '/phoneNumber' : '/numberId'
  const named = numberId ?? (await findNumber(tx, tenantId, phoneNumber ?? ''))?.id
  const number = named === undefined ? undefined : await lockNumber(tx, tenantId, named)
  const fits =
    number !== undefined &&
    (phoneNumber === undefined || number.phoneNumber === phoneNumber) &&
    (provider === undefined || number.provider === provider)
  if (!fits) return fail('invalid_request', { errors: [{ pointer, detail: 'is not a number of this app' }] })
  if (number.userId !== null && number.userId !== owner.id) fail('conflict', { detail: 'The number is another user’s.' })
  if (number.leaving !== null || (number.coolingUntil !== null && number.coolingUntil > now))
    fail('conflict', { detail: 'The number cools down; see coolingUntil.' })
  return number
}

/** Takes a user's number back; it cools down before anybody else gets it. A user without one is a success. */
export async function unassignNumber(deps: NumberDeps, tx: Tx, actor: SecretActor, ip: string, hostUserId: string): Promise<void> {
  const { id: tenantId } = actor.tenant
  await serializeOwners(tx, tenantId)
  const owner = (await holdOwner(tx, tenantId, hostUserId)) ?? fail('not_found')
  const taken = await takeBack(deps, tx, tenantId, owner.id)
  if (taken === undefined) return
  const row = { action: 'number.unassigned', subject: taken.id, fromIp: ip, details: { userId: owner.id } }
  await audit(tx, tenantId, actor, row, deps.clock.now())
}

/** The number that a user (`usr_…`) had, which cools down now; refused while a call shows it. */
export async function takeBack(
  { clock }: Pick<NumberDeps, 'clock'>,
  tx: Tx,
  tenantId: TenantId,
  userId: string,
): Promise<VirtualNumber | undefined> {
  const number = await numberOfUser(tx, tenantId, userId)
  if (number === undefined) return undefined
  await lockNumber(tx, tenantId, number.id)
  if (await isInCall(tx, tenantId, number.phoneNumber)) fail('number_in_call')
  await coolNumber(tx, tenantId, number.id, after(clock.now(), coolDownMs), null)
  await recordReleased(tx, tenantId, number, clock.now())
  return number
}

import { after } from '../../base/clock.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import type { Task } from '../../db/tasks.ts'
import { coolDownMs } from './cool-down.ts'
import type { NumberDeps } from './index.ts'
import { asked, providersFor } from './number-providers.ts'
import { coolNumber, deleteNumber, isInCall, lockNumber, numberById, type VirtualNumber } from './number-store.ts'
import { numberTasks } from './number-tasks.ts'
import { recordReleased } from './record-number.ts'

/**
 * Takes a number out of the app: at once nobody is given it any more, and its owner has it no longer; after the cool-down, in which people
 * who dial it still reach whom they mean, the task takes the row away and gives it back to the provider when that was asked. Asked again,
 * the end of the cool-down stays and the last wish about the provider counts. Killed before the commit, nothing has changed.
 */
export async function removeNumber(
  { clock, tasks }: NumberDeps,
  tx: Tx,
  actor: SecretActor,
  ip: string,
  numberId: string,
  atProvider: 'keep' | 'release',
): Promise<VirtualNumber> {
  const { id: tenantId } = actor.tenant
  const number = (await lockNumber(tx, tenantId, numberId)) ?? fail('not_found')
  if (await isInCall(tx, tenantId, number.phoneNumber)) fail('number_in_call')
  const now = clock.now()
  const until = number.leaving !== null && number.coolingUntil !== null ? number.coolingUntil : after(now, coolDownMs)
  await coolNumber(tx, tenantId, numberId, until, atProvider)
  await recordReleased(tx, tenantId, number, now)
  await tasks.add(tx, tenantId, [numberTasks.leave(numberId, until)], now)
  const details = { atProvider, ...(number.userId === null ? {} : { takenFrom: number.userId }) }
  if (number.leaving !== atProvider)
    await audit(tx, tenantId, actor, { action: 'number.removed', subject: numberId, fromIp: ip, details }, now)
  return (await numberById(tx, tenantId, numberId)) ?? fail('not_found')
}

const whileInCallMs = 60_000

/**
 * Task `number.leave`. The provider is told first: killed after that, the next worker tells it again, which is a success there. A number that
 * was added again meanwhile stays.
 */
export async function leaveNumber(deps: NumberDeps, { tenantId, subject: numberId }: Task): Promise<{ again: Date } | undefined> {
  const { db, clock } = deps
  const now = clock.now()
  const due = (number: VirtualNumber | undefined): number is VirtualNumber =>
    number !== undefined && number.leaving !== null && number.coolingUntil !== null && number.coolingUntil <= now
  const found = await db.transact(tenantId, async (tx) => {
    const number = await lockNumber(tx, tenantId, numberId)
    if (!due(number)) return undefined
    if (await isInCall(tx, tenantId, number.phoneNumber)) return 'in a call'
    // Kept in the account it needs nobody to be told.
    if (number.leaving === 'keep') await deleteNumber(tx, tenantId, numberId)
    return number
  })
  if (found === 'in a call') return { again: after(now, whileInCallMs) }
  if (found === undefined || found.leaving === 'keep') return undefined
  const mode = await deps.modeOf(tenantId)
  const [provider] = providersFor(deps, mode, { provider: found.provider, country: null })
  await asked(provider?.numbers.release(found.phoneNumber) ?? Promise.resolve())
  await db.transact(tenantId, (tx) => deleteNumber(tx, tenantId, numberId))
  return undefined
}

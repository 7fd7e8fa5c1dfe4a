import { everyTenant } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import type { NumberDeps } from './index.ts'
import { asked, providersFor } from './number-providers.ts'
import { numberById, numbersElsewhere, receivesAt, setReceivesAt } from './number-store.ts'
import { numberTasks } from './number-tasks.ts'

/**
 * Task `number.connect`: tells the provider where it asks about calls to the number. Told twice it is told the same; what fails is tried
 * again, and calls that go out do not depend on it.
 */
export async function connectNumber(deps: NumberDeps, { tenantId, subject: numberId }: Task): Promise<void> {
  const { db, incomingUrl } = deps
  const found = await db.transact(tenantId, async (tx) => {
    const number = await numberById(tx, tenantId, numberId)
    return number === undefined ? undefined : { number, told: await receivesAt(tx, tenantId, numberId) }
  })
  if (found === undefined || found.number.leaving === 'release') return
  const { number, told } = found
  const mode = await deps.modeOf(tenantId)
  const url = incomingUrl(number.provider, mode)
  if (told === url) return
  const [provider] = providersFor(deps, mode, { provider: number.provider, country: null })
  await asked(provider?.numbers.receiveCalls(number.phoneNumber, url) ?? Promise.resolve())
  await db.transact(tenantId, (tx) => setReceivesAt(tx, tenantId, numberId, url))
}

const batch = 500

/** Numbers whose provider knows an older address of ours, or none, are connected anew. */
export async function connectStrays(deps: NumberDeps): Promise<void> {
  const { db, clock, tasks, publicUrl } = deps
  const strays = await db.transact(everyTenant, (tx) => numbersElsewhere(tx, `${publicUrl()}/`, batch))
  for (const { id, tenantId } of strays)
    await db.transact(tenantId, (tx) => tasks.add(tx, tenantId, [numberTasks.connect(id)], clock.now()))
}

import { createHash } from 'node:crypto'
import { everyTenant } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import { ProviderError } from '../../providers/telephony/port.ts'
import type { NumberDeps } from './index.ts'
import { providersFor, unanswered } from './number-providers.ts'
import { numberById, numbersElsewhere, setReceivesAt } from './number-store.ts'
import { numberTasks } from './number-tasks.ts'

/** An address may hold a secret: what is kept of it is only good for comparing. */
const digestOf = (url: string): string => createHash('sha256').update(url).digest('base64url')

/**
 * Task `number.connect`: tells the provider where it asks about calls to the number. Told twice it is told the same. What fails is tried
 * again; where the provider says no (the number is not its account's, or waits for a flow that is made by hand), by the job below. Calls that
 * go out do not depend on it.
 */
export async function connectNumber(deps: NumberDeps, { tenantId, subject: numberId }: Task): Promise<void> {
  const { db, incomingUrl, logger } = deps
  const number = await db.transact(tenantId, (tx) => numberById(tx, tenantId, numberId))
  if (number === undefined || number.leaving === 'release') return
  const mode = await deps.modeOf(tenantId)
  const url = incomingUrl(number.provider, mode)
  if (number.receivesAt === digestOf(url)) return
  const [provider] = providersFor(deps, mode, { provider: number.provider, country: null })
  try {
    await provider?.numbers.receiveCalls(number.phoneNumber, url)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    if (error.failure !== 'refused') unanswered(error)
    logger.warn('a virtual number cannot receive calls', { provider: number.provider, code: error.providerCode, error })
    return
  }
  await db.transact(tenantId, (tx) => setReceivesAt(tx, tenantId, numberId, digestOf(url)))
}

const batch = 500

/** Numbers whose provider knows an older address of ours, or none, are connected anew. */
export async function connectStrays({ db, clock, tasks, incomingUrl }: NumberDeps): Promise<void> {
  const urls = (['twilio', 'exotel'] as const).flatMap((provider) => [incomingUrl(provider, 'test'), incomingUrl(provider, 'live')])
  const strays = await db.transact(everyTenant, (tx) => numbersElsewhere(tx, urls.map(digestOf), batch))
  for (const { id, tenantId } of strays)
    await db.transact(tenantId, (tx) => tasks.add(tx, tenantId, [numberTasks.connect(id)], clock.now()))
}

import { fail } from '../../base/problem.ts'
import { newId } from '../../base/ids.ts'
import { everyTenant, type Mode, type TenantRef } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { ProviderError, type ProviderName, type Telephony } from '../../providers/telephony/port.ts'
import type { NumberDeps } from './index.ts'
import { kindOf } from './number-kind.ts'
import { findNumber, insertNumber, keepNumber, takenAmong, type VirtualNumber } from './number-store.ts'
import { numberTasks } from './number-tasks.ts'
import { asked, providersFor, unanswered } from './number-providers.ts'

export interface NumberWish {
  readonly phoneNumber: string
  readonly provider?: ProviderName | undefined
  /** Buy it when the account does not own it. */
  readonly buy: boolean
}

/** Another app's number and nobody's are refused alike: nobody learns which numbers there are. */
const refuseNumber = () =>
  fail('invalid_request', { errors: [{ pointer: '/phoneNumber', detail: 'is not a number that this app can use' }] })

/**
 * Sees to it that a provider's account owns the number, and says which: asked before the transaction. A number is one of a kind, so it is
 * bought once however many want it at once: who comes second is refused by the provider and finds it owned. Killed after a purchase, the
 * account owns a number without an app, which the same request adds without buying.
 */
export async function obtainNumber(deps: NumberDeps, tenant: TenantRef, wish: NumberWish): Promise<ProviderName> {
  const known = await deps.db.transact(tenant.id, (tx) => findNumber(tx, tenant.id, wish.phoneNumber))
  if (known !== undefined) return wish.provider === undefined || wish.provider === known.provider ? known.provider : refuseNumber()
  const candidates = providersFor(deps, tenant.mode, { provider: wish.provider, country: kindOf(wish.phoneNumber).country })
  for (const one of candidates) if (await asked(one.numbers.owns(wish.phoneNumber))) return one.name
  const [seller] = candidates
  if (!wish.buy || seller === undefined) return refuseNumber()
  await buy(seller, wish.phoneNumber)
  return seller.name
}

async function buy({ numbers }: Telephony, phoneNumber: string): Promise<void> {
  try {
    await numbers.buy(phoneNumber)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    if (error.failure === 'unknown' || error.failure === 'not_sent') unanswered(error)
    if (!(await asked(numbers.owns(phoneNumber)))) refuseNumber()
  }
}

/**
 * Adds the number to the app, or finds it there: two at once make one. Killed at any moment, the number is there or not; its task tells the
 * provider where calls to it go. A number that was about to leave stays.
 */
export async function registerNumber(
  { clock, tasks }: NumberDeps,
  tx: Tx,
  tenant: TenantRef,
  { phoneNumber, provider }: Pick<VirtualNumber, 'phoneNumber' | 'provider'>,
): Promise<{ number: VirtualNumber; made: boolean }> {
  const now = clock.now()
  const made = await insertNumber(tx, tenant, { id: newId('num', now), provider, phoneNumber, ...kindOf(phoneNumber), createdAt: now })
  const number = (await findNumber(tx, tenant.id, phoneNumber)) ?? refuseNumber()
  // Its provider may have been told already.
  if (number.leaving === 'release' && number.coolingUntil !== null && number.coolingUntil <= now)
    fail('conflict', { detail: 'The number is being given back to its provider.' })
  if (number.leaving !== null) await keepNumber(tx, tenant.id, number.id)
  await tasks.add(tx, tenant.id, [numberTasks.connect(number.id)], now)
  return { number: { ...number, leaving: null }, made }
}

const mostOffers = 20
const mostTries = 3

/**
 * Another may be quicker, or a number may want papers: the next on offer does as well. What an app has already is left out: two processes
 * with sandboxes of their own are offered the same.
 */
async function buyAny({ db }: NumberDeps, mode: Mode, { name, numbers }: Telephony, country: string): Promise<string> {
  const offered = (await numbers.search({ country, limit: mostOffers })).map(({ phoneNumber }) => phoneNumber)
  const taken = await db.transact(everyTenant, (tx) => takenAmong(tx, { provider: name, mode, phoneNumbers: offered }))
  for (const phoneNumber of offered.filter((one) => !taken.has(one)).slice(0, mostTries)) {
    try {
      await numbers.buy(phoneNumber)
      return phoneNumber
    } catch (error) {
      if (!(error instanceof ProviderError) || error.failure === 'unknown') throw error
    }
  }
  throw new ProviderError('refused', 'no number')
}

/**
 * Buys a number in a country for an app, for the start of a demo. Killed between purchase and row, the account owns a number that
 * `POST /v1/numbers` adds without buying.
 */
export async function addNumber(deps: NumberDeps, tenant: TenantRef, country: string): Promise<VirtualNumber> {
  const [seller] = providersFor(deps, tenant.mode, { provider: undefined, country })
  if (seller === undefined) return fail('provider_unavailable')
  const phoneNumber = await asked(buyAny(deps, tenant.mode, seller, country))
  const { number } = await deps.db.transact(tenant.id, (tx) => registerNumber(deps, tx, tenant, { phoneNumber, provider: seller.name }))
  return number
}

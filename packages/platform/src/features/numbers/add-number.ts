import { fail } from '../../base/problem.ts'
import { newId } from '../../base/ids.ts'
import type { TenantRef } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { ProviderError, type Telephony } from '../../providers/telephony/port.ts'
import type { NumberDeps } from './index.ts'
import { findNumber, insertNumber, type VirtualNumber } from './number-store.ts'

/** A provider that cannot be asked is no answer about the number. */
const asked = <T>(request: Promise<T>): Promise<T> =>
  request.catch((error: unknown) => {
    if (error instanceof ProviderError) return fail('provider_unavailable', { retryAfterSeconds: 5 }, { cause: error })
    throw error
  })

/** Another app's number and nobody's are refused alike: nobody learns which numbers there are. */
const refuseNumber = () =>
  fail('invalid_request', { errors: [{ pointer: '/phoneNumber', detail: 'is not a number that this app can use' }] })

/** Refuses a number that the provider's account does not own: calls from it would all fail. Asked before the transaction. */
export async function checkOwned({ db, telephony }: NumberDeps, tenant: TenantRef, phoneNumber: string): Promise<void> {
  const provider: Telephony = telephony.forMode(tenant.mode)
  if (await db.transact(tenant.id, (tx) => findNumber(tx, tenant.id, phoneNumber))) return
  if (!(await asked(provider.numbers.owns(phoneNumber)))) refuseNumber()
}

/** Adds the number to the app, or finds it there: two at once make one. Killed at any moment, the number is there or not. */
export async function registerNumber(
  { clock }: NumberDeps,
  tx: Tx,
  tenant: TenantRef,
  phoneNumber: string,
): Promise<{ number: VirtualNumber; made: boolean }> {
  const now = clock.now()
  const number: VirtualNumber = { id: newId('num', now), provider: 'twilio', phoneNumber, createdAt: now }
  if (await insertNumber(tx, tenant, number)) return { number, made: true }
  const known = await findNumber(tx, tenant.id, phoneNumber)
  return { number: known ?? refuseNumber(), made: false }
}

const mostTries = 3

/** Another may be quicker, or a number may want papers: the next on offer does as well. */
async function buyAny({ numbers }: Telephony, country: string): Promise<string> {
  for (const { phoneNumber } of await numbers.search({ country, limit: mostTries })) {
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
  const phoneNumber = await asked(buyAny(deps.telephony.forMode(tenant.mode), country))
  const { number } = await deps.db.transact(tenant.id, (tx) => registerNumber(deps, tx, tenant, phoneNumber))
  return number
}

import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Providers } from '../../providers/telephony/choose.ts'
import type { ProviderName } from '../../providers/telephony/port.ts'
import {
  barredCountry,
  canCarry,
  journeyOf,
  passedBefore,
  policyFor,
  rank,
  type Journey,
  type Option,
  type Passed,
} from './routing-policy.ts'
import { takeNumber } from '../numbers/index.ts'
import type { Routing } from './call-row.ts'

export interface RouteWish {
  readonly callId: string
  /** Ours, `usr_…`. */
  readonly callerId: string
  readonly calleeId: string
  readonly callerPhone: string
  readonly calleePhone: string
  /** The app's own order, if it has one. */
  readonly appOrder: readonly ProviderName[] | null
  readonly providers: Providers
  readonly now: Date
  /** Ends when it is sure that the call may be; until then no more is asked than what goes along with that. */
  readonly admitted?: Promise<unknown>
}

/** Who carries a call, with which number, and why. */
export interface Way {
  readonly provider: ProviderName
  readonly number: string
  readonly routing: Routing
}

/**
 * The way of a call, within its admission. Fails with `provider_unavailable` where no provider that could carry it is configured, and with
 * `no_caller_id` where one is but the app has no number there.
 */
export async function routeCall(tx: Tx, tenantId: TenantId, wish: RouteWish): Promise<Way> {
  const way = await nextWay(tx, tenantId, wish, [])
  if (way !== undefined) return way
  const { options } = optionsOf(wish, [])
  if (options.every(({ unfit }) => unfit !== undefined))
    fail('provider_unavailable', { detail: 'No telephone provider that can connect these two phones is configured.' })
  return fail('no_caller_id')
}

/** Whether a provider can connect these two phones at all: for a call that came in there. */
export const reaches = (provider: ProviderName, { callerPhone, calleePhone }: Pick<RouteWish, 'callerPhone' | 'calleePhone'>): boolean =>
  canCarry(provider, journeyOf(callerPhone, calleePhone))

/** The way when these providers were tried in vain; undefined when there is none left. */
export async function nextWay(tx: Tx, tenantId: TenantId, wish: RouteWish, tried: readonly Passed[]): Promise<Way | undefined> {
  const { options, journey, reason } = optionsOf(wish, tried)
  const numberless = new Set<ProviderName>()
  for (const option of rank(options)) {
    const number = await takeNumber(tx, tenantId, {
      provider: option.provider,
      callId: wish.callId,
      callerId: wish.callerId,
      calleeId: wish.calleeId,
      countries: [journey.callee, journey.caller],
      barredCountry: barredCountry(option.provider, journey),
      now: wish.now,
      admitted: wish.admitted,
    })
    if (number === undefined) {
      numberless.add(option.provider)
      continue
    }
    const passedOver = passedBefore(options, option).map((one) =>
      numberless.has(one.provider) ? { provider: one.provider, reason: 'no_number' } : one,
    )
    return { provider: option.provider, number: number.phoneNumber, routing: { reason, passedOver } }
  }
  return undefined
}

function optionsOf(
  { callerPhone, calleePhone, appOrder, providers }: RouteWish,
  tried: readonly Passed[],
): { options: readonly Option[]; journey: Journey; reason: string } {
  const journey = journeyOf(callerPhone, calleePhone)
  const { order, reason } = policyFor(journey, appOrder)
  // In the order in which they were tried: the record reads as it happened.
  const names = [...tried.map(({ provider }) => provider), ...order.filter((name) => !tried.some(({ provider }) => provider === name))]
  const options = names.map((provider): Option => {
    const adapter = providers[provider]
    const failed = tried.find((one) => one.provider === provider)?.reason
    const unfit = failed ?? (adapter === undefined ? 'not_configured' : canCarry(provider, journey) ? undefined : 'out_of_reach')
    return { provider, unfit, resting: adapter?.isResting?.() ?? false }
  })
  return { options, journey, reason }
}

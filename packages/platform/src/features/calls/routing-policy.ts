import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import type { ProviderName } from '../../providers/telephony/port.ts'

/** Pure: which provider carries a call between two phones. Tables with reasons; the code below only reads them. */

/** ISO 3166 alpha-2 of an E.164 number; null where the numbering plan names no country. */
export const countryOf = (phone: string): string | null => parsePhoneNumberFromString(phone)?.country ?? null

export interface Journey {
  /** Countries of the two phones. */
  readonly caller: string | null
  readonly callee: string | null
}

export const journeyOf = (callerPhone: string, calleePhone: string): Journey => ({
  caller: countryOf(callerPhone),
  callee: countryOf(calleePhone),
})

const within = (country: string) => (journey: Journey) => journey.caller === country && journey.callee === country
const touches = (country: string) => (journey: Journey) => journey.caller === country || journey.callee === country

interface Habit {
  readonly applies: (journey: Journey) => boolean
  readonly order: readonly ProviderName[]
  readonly reason: string
}

/** The order in which providers are tried when the app names none; the first row that applies counts. */
const habits: readonly Habit[] = [
  {
    // Through Twilio, calls into India come from foreign numbers only: people would see an unknown country, and many do not answer it.
    applies: within('IN'),
    order: ['exotel', 'twilio'],
    reason: 'domestic_india',
  },
  { applies: () => true, order: ['twilio', 'exotel'], reason: 'default' },
]

/** Journeys that a provider can carry at all. */
const reach: Readonly<Record<ProviderName, (journey: Journey) => boolean>> = {
  twilio: () => true,
  // Its numbers are Indian, and it connects Indian phones.
  exotel: within('IN'),
}

/** Countries whose numbers a provider must not show on a journey. */
const barred: readonly { readonly provider: ProviderName; readonly applies: (journey: Journey) => boolean; readonly country: string }[] = [
  // Twilio's rule for voice in India: calls into it are placed from numbers of other countries.
  { provider: 'twilio', applies: touches('IN'), country: 'IN' },
]

export interface Policy {
  readonly order: readonly ProviderName[]
  readonly reason: string
}

/** The app's own order where it has one; those that it does not name are never used. */
export function policyFor(journey: Journey, appOrder: readonly ProviderName[] | null): Policy {
  if (appOrder !== null) return { order: appOrder, reason: 'app_order' }
  const { order, reason } = habits.find(({ applies }) => applies(journey)) ?? { order: [], reason: 'default' }
  return { order, reason }
}

export const canCarry = (provider: ProviderName, journey: Journey): boolean => reach[provider](journey)

/** The country whose numbers this provider must not show on the journey, if there is one. */
export const barredCountry = (provider: ProviderName, journey: Journey): string | null =>
  barred.find((rule) => rule.provider === provider && rule.applies(journey))?.country ?? null

/** Why a provider did not get a call for which it came earlier in the order. */
export type PassReason =
  | 'not_configured'
  | 'out_of_reach'
  | 'no_number'
  /** It does not answer at present, and another can do it. */
  | 'resting'
  /** It was asked to dial, and certainly did not: it said no, or could not be reached. */
  | 'refused'
  | 'not_sent'

export interface Passed {
  readonly provider: ProviderName
  readonly reason: PassReason
}

export interface Option {
  readonly provider: ProviderName
  /** Why it cannot be used at all; undefined: it can. */
  readonly unfit: PassReason | undefined
  readonly resting: boolean
}

/** Those to try, in order: those that rest after all others, since a provider in trouble is better than none. */
export const rank = (options: readonly Option[]): readonly Option[] =>
  options.filter(({ unfit }) => unfit === undefined).sort((a, b) => Number(a.resting) - Number(b.resting))

/** Those that came before the chosen one in the order, and why they did not get the call. */
export const passedBefore = (options: readonly Option[], chosen: Option): readonly Passed[] =>
  options.slice(0, options.indexOf(chosen)).map(({ provider, unfit }) => ({ provider, reason: unfit ?? 'resting' }))

/** What callers of a virtual number are told when their call is not put through. */

export const spokenOccasions = [
  /** The caller's number is hidden. */
  'withheld',
  /** No user of the app has the caller's number. */
  'unknown_caller',
  /** The number stands for nobody to this caller, or the caller may not call. */
  'not_possible',
  /** The caller dialled their own virtual number. */
  'own_number',
  'callee_busy',
  /** Not available, for whatever reason. */
  'callee_unavailable',
  'caller_busy',
  'no_balance',
  /** Trouble on our side, or a provider's. */
  'unavailable',
] as const

export type SpokenOccasion = (typeof spokenOccasions)[number]

/** Languages in which providers can speak (ISO 639). */
export const spokenLanguages = ['en', 'hi', 'bn', 'te', 'mr', 'ta', 'gu', 'kn', 'ml', 'pa'] as const

export type SpokenLanguage = (typeof spokenLanguages)[number]

/** An app's own words, by language and occasion; where there are none, the platform's are spoken. */
export type SpokenTexts = { readonly [language in SpokenLanguage]?: { readonly [occasion in SpokenOccasion]?: string } }

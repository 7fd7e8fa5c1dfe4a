const minute = 60_000
const day = 24 * 60 * minute

/** The provider itself asks banks for three days; after four nobody does. */
export const asksForMs = 4 * day
export const firstAskMs = 5 * minute

/**
 * When the provider is asked next about what was begun at `createdAt`: after 5 minutes, then when it is twice as old, from the first day on
 * daily, and last after four days. Undefined when that is over.
 */
export function nextAsk(createdAt: Date, now: Date): Date | undefined {
  const began = createdAt.getTime()
  const age = now.getTime() - began
  if (age >= asksForMs) return undefined
  const next = age < firstAskMs ? firstAskMs : Math.min(age * 2, age + day)
  return new Date(began + Math.min(next, asksForMs))
}

/** The last look at what has been paid: by then a second payment, or a refund that nobody told of, has come to light. */
export const lastLook = (createdAt: Date): Date => new Date(createdAt.getTime() + asksForMs)

/** Pure: how long a receiver lets others talk to them. */

export interface ReceiverLimits {
  /** Whose midnight ends the day. */
  readonly timeZone: string
  /** Their own longest call; null: the app's. */
  readonly maxCallSeconds: number | null
  /** Over all calls of a day; null: without end. */
  readonly maxSecondsPerDay: number | null
}

/** Less than this is not worth a call that costs a started interval. */
export const leastSeconds = 60

/** The longest that a call may last now; undefined when the receiver has talked enough today. */
export function longestCall(
  { maxCallSeconds, maxSecondsPerDay }: Pick<ReceiverLimits, 'maxCallSeconds' | 'maxSecondsPerDay'>,
  appSeconds: number,
  talkedSeconds: number,
): number | undefined {
  const own = Math.min(appSeconds, maxCallSeconds ?? appSeconds)
  if (maxSecondsPerDay === null) return own
  const left = maxSecondsPerDay - talkedSeconds
  return left < leastSeconds ? undefined : Math.min(own, left)
}

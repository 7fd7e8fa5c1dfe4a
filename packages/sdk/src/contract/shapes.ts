import * as z from 'zod'

/** The pieces that the schemas of several features share. */

// Bidi overrides and isolates can make one text look like another; control characters have no place in names.
const unwanted = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/** Text for people: NFC, trimmed, free of control and bidi-override characters. */
export const text = (max: number, min = 1) =>
  z
    .string()
    .max(4096)
    .transform((value) => value.normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(min)
        .max(max)
        .refine((value) => !unwanted.test(value), 'must not hold control or direction characters'),
    )

/** The host's own id of its user: 1 to 128 printable characters. `.` and `..` cannot stand in a URL: clients resolve them. */
export const userId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^(?!\.{1,2}$)[^\p{C}\p{Z}]+$/u, 'must be printable, without spaces, and not . or ..')

/** Whole coins of one request: 1 to 2^53 − 1. */
export const coins = z.int().min(1).max(Number.MAX_SAFE_INTEGER)

/** Coins as an answer shows them, with a sign where they can go either way. */
export const coinCount = z.int()

/** E.164, e.g. `+919800000001`. */
export const phone = z.string().regex(/^\+[1-9][0-9]{7,14}$/, 'must be E.164, like +919800000001')

export const time = z.iso.datetime({ offset: true })

/** RFC 3339 with any offset in, UTC out. */
export const rate = z.strictObject({
  /** Coins for each started interval. */
  coins: z.int().min(1).max(10_000),
  /** Length of the interval in seconds. */
  seconds: z.int().min(1).max(3_600),
})

export const presenceStatus = z.enum(['online', 'busy', 'offline'])
export const availability = z.enum(['auto', 'always', 'never'])
export const mode = z.enum(['test', 'live'])

/** Query of every list: newest first, at most `limit` rows after `cursor`. */
export const page = { limit: z.coerce.number<number>().int().min(1).max(100).default(20), cursor: z.string().min(1).max(512).optional() }

export const listOf = <Item extends z.ZodType>(item: Item) => z.object({ data: z.array(item), nextCursor: z.string().nullable() })

/** An id of ours: prefix, underscore, 26 lower-case Crockford base-32 digits. */
export const id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`), `must be an id like ${prefix}_…`)

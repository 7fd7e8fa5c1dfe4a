import * as z from 'zod'
import { coinCount, text } from '../shapes.ts'

const packId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'must be 1 to 32 of a-z, 0-9, _ and -, and begin with a letter or digit')

/** Coins at a price, as users are offered them. */
export const pack = z.object({
  id: z.string(),
  /** Bought coins. */
  coins: coinCount,
  /** Given on top; they are spent first and cannot be withdrawn. */
  bonusCoins: coinCount,
  /** Price in the currency's smallest unit: paise, cents. */
  amount: z.int(),
  /** ISO 4217: the app's currency. */
  currency: z.string(),
  /** The app's own name of it; null where it has none. */
  label: z.string().nullable(),
})

/** A pack as an app sets it. It is sold in the app's currency. */
export const packWish = z.strictObject({
  id: packId,
  coins: z.int().min(1).max(1_000_000),
  bonusCoins: z.int().min(0).max(100_000).default(0),
  /** In the currency's smallest unit; at least 100 paise, at most 5 lakh rupees. */
  amount: z.int().min(100).max(50_000_000),
  label: text(40).nullable().default(null),
})

/** All of an app's packs, in the order in which they are shown. */
export const packWishes = z
  .array(packWish)
  .max(12)
  .refine((packs) => new Set(packs.map(({ id }) => id)).size === packs.length, 'must have each id once')

/** What a top-up names: an id that may be of no pack. */
export const namedPack = packId

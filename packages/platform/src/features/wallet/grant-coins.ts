import { spendingOrder, type GrantCoins, type Spendable } from './ledger-entry.ts'

/** Pure: which coins of which grants. */

export interface GrantPart {
  /** The transaction that gave the coins. */
  readonly grant: string
  readonly coins: number
}

/** What was taken from each bucket, in the order in which its grants were drained. */
export type GrantsByBucket = Readonly<Record<Spendable, readonly GrantPart[]>>

/** Of coins whose grants are not known: what comes back is a grant of its own. */
export const noGrants: GrantsByBucket = { bonus: [], purchased: [], earned: [] }

export const coinsOf = (parts: readonly GrantPart[]): number => parts.reduce((sum, { coins }) => sum + coins, 0)

export const bucketsOf = (grants: GrantsByBucket): Readonly<Record<Spendable, number>> => ({
  bonus: coinsOf(grants.bonus),
  purchased: coinsOf(grants.purchased),
  earned: coinsOf(grants.earned),
})

/** The first so many coins of each bucket: what is drained first is spent first. */
export function firstOf(grants: GrantsByBucket, coins: Readonly<Record<Spendable, number>>): GrantsByBucket {
  const result: Record<Spendable, readonly GrantPart[]> = { bonus: [], purchased: [], earned: [] }
  for (const name of spendingOrder) {
    let rest = coins[name]
    result[name] = grants[name].flatMap(({ grant, coins: has }) => {
      const part = Math.min(rest, has)
      rest -= part
      return part > 0 ? [{ grant, coins: part }] : []
    })
  }
  return result
}

/** So many coins back to their grants, what was drained last first, after `before` that went back earlier. */
export function bringBack(drained: readonly GrantPart[], before: number, coins: number): GrantCoins {
  const back: Record<string, number> = {}
  let [skipped, rest] = [before, coins]
  for (const { grant, coins: has } of [...drained].reverse()) {
    const passed = Math.min(skipped, has)
    const part = Math.min(rest, has - passed)
    skipped -= passed
    rest -= part
    if (part > 0) back[grant] = part
  }
  return back
}

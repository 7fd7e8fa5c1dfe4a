import * as z from 'zod'

/** How providers say the same things in several ways. What cannot be read is as if it had not been said. */

export const saidText = z.string().max(500).nullish().catch(undefined)

const words: Readonly<Record<string, boolean>> = { true: true, yes: true, y: true, false: false, no: false, n: false }

/** Yes or no; undefined for neither. */
export const saidTruth = z
  .union([z.boolean(), z.string().transform((word) => words[word.trim().toLowerCase()])])
  .nullish()
  .catch(undefined)
  .transform((truth) => truth ?? undefined)

/** An id that is worth keeping. */
export const saidId = z
  .union([z.string().regex(/^[\w.:-]{1,100}$/), z.int().transform(String)])
  .nullish()
  .catch(undefined)

const longestName = 200

/** A person's name. One with digits in it is none, and may be a number that nobody must see. */
export function readName(text: string | null | undefined): string | undefined {
  const name = text?.normalize('NFC').replace(/\s+/g, ' ').trim() ?? ''
  return name === '' || name.length > longestName || /[\p{N}\p{C}<>]/u.test(name) ? undefined : name
}

/** The last four digits of a number, masked or not. */
export const readLastFour = (text: string | null | undefined): string | undefined => /(\d{4})\s*$/.exec(text ?? '')?.[1]

/** Whether a card's number, of which digits may be hidden, can be this one. */
export function canBe(shown: string, number: string): boolean {
  const signs = shown.toUpperCase().replace(/[\s-]/g, '')
  if (signs.length !== number.length) return readLastFour(shown) === number.slice(-4)
  return Array.from(signs, (sign, at) => /[X*#•]/.test(sign) || sign === number[at]).every(Boolean) && /\d{4}$/.test(signs)
}

/** Phone numbers as Exotel writes them, and in E.164. */

const e164 = /^\+[1-9][0-9]{6,14}$/
/** Indian, in the forms that Exotel's messages hold: with the trunk's `0`, with the country's code, or bare. Toll-free ones have no `0`. */
const indian = /^(?:0|91)?([1-9][0-9]{9}|1800[0-9]{6,7})$/

/** In E.164; undefined where it is no number, e.g. the word for one that is withheld. */
export function toE164(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 32) return undefined
  // A plus that was not escaped in a query arrives as a space.
  const written = text.replace(/^ (?=[0-9])/, '+').trim()
  if (e164.test(written)) return written
  const national = indian.exec(written)?.[1]
  return national === undefined ? undefined : `+91${national}`
}

/** How Exotel's documentation writes a number of the account: `0XXXXXXXXXX` for an Indian one. */
export const exoPhone = (phoneNumber: string): string => phoneNumber.replace(/^\+91(?=[0-9]{10}$)/, '0')

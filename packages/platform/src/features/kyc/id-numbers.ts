import { digitOf } from '../../base/hide-aadhaar.ts'
import { isVerhoeff } from '../../base/verhoeff.ts'
import type { IdentityKind } from '../../providers/kyc/port.ts'

/** Pure: what a document's number has to look like. A right form proves nothing; a wrong one need not be asked about. */

export type NumberFinding =
  | {
      readonly isRight: true
      /** Upper case, without spaces and hyphens. */
      readonly number: string
      /** An older form that no rule can tell right from wrong: a person looks, whatever the provider says. */
      readonly isLegacy: boolean
    }
  | { readonly isRight: false; readonly detail: string }

const wrong = (detail: string): NumberFinding => ({ isRight: false, detail })
const right = (number: string, isLegacy = false): NumberFinding => ({ isRight: true, number, isLegacy })

/** Digits of any script are digits, and letters are in upper case. */
const normal = (text: string): string =>
  Array.from(text.normalize('NFKC').toUpperCase(), (character) => digitOf(character) ?? character)
    .join('')
    .replaceAll(/[\s\-/.\u2010-\u2015]/gu, '')

function aadhaar(number: string): NumberFinding {
  if (!/^[0-9]+$/.test(number)) return wrong('must be the 12 digits of the Aadhaar number')
  // Also 16 digits, with the same check digit, and no identity number.
  if (number.length === 16) return wrong('is a virtual ID; give the 12 digits of the Aadhaar number')
  if (number.length !== 12) return wrong('must be the 12 digits of the Aadhaar number')
  if (!/^[2-9]/.test(number) || !isVerhoeff(number)) return wrong('is not an Aadhaar number: check its digits')
  return right(number)
}

const holders: Readonly<Record<string, string>> = {
  A: 'an association',
  B: 'a body of individuals',
  C: 'a company',
  F: 'a firm',
  G: 'the government',
  H: 'a Hindu undivided family',
  J: 'a juridical person',
  L: 'a local authority',
  T: 'a trust',
}

function pan(number: string): NumberFinding {
  const [, holder, serial] = /^[A-Z]{3}([A-Z])[A-Z]([0-9]{4})[A-Z]$/.exec(number) ?? []
  if (holder === undefined || serial === '0000') return wrong('must be a PAN: five letters, four digits, one letter')
  if (holder === 'P') return right(number)
  const whose = holders[holder]
  return wrong(
    whose === undefined ? 'is not a PAN: its fourth letter is none that is given out' : `is the PAN of ${whose}, not of a person`,
  )
}

const states = new Set(
  'AN AP AR AS BR CG CT CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TS TN TR UK UA UP WB'.split(' '),
)
const youngestDriver = 16

/** State, office, year, serial; older ones in whatever form their state had. */
function license(number: string, { bornIn, thisYear }: Years): NumberFinding {
  if (!/^[A-Z0-9]+$/.test(number) || !states.has(number.slice(0, 2)))
    return wrong('must begin with the letters of a state, as printed on the licence')
  const [, year] = /^[A-Z]{2}[0-9]{2}((?:19|20)[0-9]{2})[0-9]{7}$/.exec(number) ?? []
  if (year === undefined)
    return number.length >= 9 && number.length <= 17 ? right(number, true) : wrong('must have 9 to 17 letters and digits')
  if (Number(year) > thisYear) return wrong('names a year that has not come')
  if (Number(year) < bornIn + youngestDriver) return wrong('names a year in which its holder could not have had it')
  return right(number)
}

export interface Years {
  /** Of the holder's birth. */
  readonly bornIn: number
  readonly thisYear: number
}

/** What is to be said of a number as somebody typed it. */
export function checkNumber(kind: IdentityKind, typed: string, years: Years): NumberFinding {
  const number = normal(typed)
  if (kind === 'aadhaar') return aadhaar(number)
  return kind === 'pan' ? pan(number) : license(number, years)
}

export const lastFourOf = (number: string): string => number.slice(-4)

/** All but its last four characters hidden. */
export const maskNumber = (number: string): string => 'X'.repeat(Math.max(0, number.length - 4)) + lastFourOf(number)

import { isVerhoeff } from './verhoeff.ts'

/** Where the decimal digits of the scripts begin that people write in here; full-width ones as well. */
const zeros = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xff10]

/** The decimal digit that a character stands for, in whatever script; undefined: it is none. */
export function digitOf(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0
  const zero = zeros.find((first) => code >= first && code < first + 10)
  return zero === undefined ? undefined : String(code - zero)
}

const length = 12
const hidden = 8
/** Between two digits of one number stands so much at most: "2345 - 6789 - 0124", but not a sentence. */
const widestGap = 4

const isWord = (character: string): boolean => /[\p{L}]/u.test(character)

/** Most texts hold nothing of the kind, and are not looked at twice. */
const mayHold = /\p{Nd}(?:[^\p{L}\p{Nd}]{0,4}\p{Nd}){11}/u

/**
 * Hides the first eight digits of whatever looks like an Aadhaar number (twelve digits with any separators, 2 to 9 first, right by Verhoeff),
 * also within a longer run of digits. One number in ten that is none looks so as well: free text can bear that.
 */
export function hideAadhaar(text: string): string {
  if (!mayHold.test(text)) return text
  const characters = Array.from(text)
  let run: { readonly at: number; readonly digit: string }[] = []
  const hide = new Set<number>()
  const look = (): void => {
    const digits = run.map(({ digit }) => digit).join('')
    for (let from = 0; from + length <= digits.length; from++) {
      const window = digits.slice(from, from + length)
      if (window[0] === '0' || window[0] === '1' || !isVerhoeff(window)) continue
      for (const { at } of run.slice(from, from + hidden)) hide.add(at)
    }
  }
  let gap = 0
  for (const [at, character] of characters.entries()) {
    const digit = digitOf(character)
    if (digit !== undefined) {
      if (gap > widestGap) {
        look()
        run = []
      }
      run.push({ at, digit })
      gap = 0
    } else if (isWord(character)) gap = widestGap + 1
    else gap++
  }
  look()
  return hide.size === 0 ? text : characters.map((character, at) => (hide.has(at) ? 'X' : character)).join('')
}

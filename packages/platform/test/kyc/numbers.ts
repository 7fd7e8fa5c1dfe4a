import { isVerhoeff, verhoeffDigit } from '../../src/base/verhoeff.ts'

/** Made-up numbers of documents: right in form, and nobody's. */

let made = 0

/** A PAN of a person that nobody else has in this run; its four digits say what becomes of it at the sandboxes. */
export function panOf(digits = '1234'): string {
  const at = made++
  const letter = (power: number) => String.fromCharCode(65 + (Math.floor(at / 26 ** power) % 26))
  return `${letter(2)}${letter(1)}${letter(0)}PZ${digits}C`
}

/** An Aadhaar number with these last four digits. */
export function aadhaarOf(lastFour?: string): string {
  const start = 20_000_000 + made++ * 7_919
  if (lastFour === undefined) {
    const digits = `${start}123`
    return digits + verhoeffDigit(digits)
  }
  for (let first = start; ; first++) {
    const number = `${first}${lastFour}`
    if (isVerhoeff(number)) return number
  }
}

export const licenseOf = (lastFour = '1234'): string => `DL042015${String(made++ % 1_000).padStart(3, '0')}${lastFour}`

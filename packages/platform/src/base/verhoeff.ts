const rows = (text: string): number[][] => text.split(' ').map((row) => Array.from(row, Number))

// The dihedral group of ten elements, and the permutation of each position.
const products = rows('0123456789 1234067895 2340178956 3401289567 4012395678 5987604321 6598710432 7659821043 8765932104 9876543210')
const turns = rows('0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258')
const inverses = Array.from('0432156789', Number)

/** The checksum of decimal digits, counted from the right at `offset`. */
function checksum(digits: string, offset: number): number {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    sum = products[sum]?.[turns[(at + offset) % 8]?.[digit] ?? -1] ?? -1
  }
  return sum
}

/** Whether the last digit is the one that Verhoeff's method gives the others. Decimal digits only. */
export const isVerhoeff = (digits: string): boolean => checksum(digits, 0) === 0

/** The digit that makes it so. */
export const verhoeffDigit = (digits: string): string => String(inverses[checksum(digits, 1)])

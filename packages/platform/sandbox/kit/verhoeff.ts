const product = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
]
const permutation = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258']

/** Whether a number is written like an Aadhaar: twelve digits, no 0 or 1 in front, the last one Verhoeff's check digit. */
export function isAadhaar(number: string): boolean {
  if (!/^[2-9]\d{11}$/.test(number)) return false
  let check = 0
  for (const [index, digit] of Array.from(number).reverse().entries())
    check = Number(product[check]?.[Number(permutation[index % 8]?.[Number(digit)])])
  return check === 0
}

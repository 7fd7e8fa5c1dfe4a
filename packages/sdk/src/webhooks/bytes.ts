/** The bytes of base64 text; undefined when it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** Compares in a time that depends on the lengths alone. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length
  for (const [n, byte] of one.entries()) difference |= byte ^ (other[n] ?? 0)
  return difference === 0
}

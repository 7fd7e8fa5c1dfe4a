import { importJWK } from 'jose'
import { fail } from '../../base/problem.ts'
import type { HostKey } from './tenant-store.ts'

/** What the platform verifies a key's tokens with: it follows from the key, never from a token's header. */
export const algorithmOf = ({ kty }: Pick<HostKey, 'kty'>): 'EdDSA' | 'ES256' => (kty === 'OKP' ? 'EdDSA' : 'ES256')

async function isKey(key: HostKey): Promise<boolean> {
  if ((key.kty === 'OKP') !== (key.crv === 'Ed25519')) return false
  return importJWK({ kty: key.kty, crv: key.crv, x: key.x, ...(key.y === undefined ? {} : { y: key.y }) }, algorithmOf(key)).then(
    () => true,
    () => false,
  )
}

/** Refuses keys that could prove nothing now, rather than each token later. */
export async function checkHostKeys(keys: readonly HostKey[]): Promise<void> {
  const errors = []
  for (const [at, key] of keys.entries()) {
    if (!(await isKey(key))) errors.push({ pointer: `/hostKeys/${at}`, detail: 'must be an Ed25519 or P-256 public key' })
    if (keys.findIndex(({ kid }) => kid === key.kid) !== at) errors.push({ pointer: `/hostKeys/${at}/kid`, detail: 'is given twice' })
  }
  if (errors.length > 0) fail('invalid_request', { errors })
}

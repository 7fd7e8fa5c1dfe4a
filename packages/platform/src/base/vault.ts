import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** A master key and its version. Of several the highest wraps what is new; the others still open what they wrapped. */
export interface MasterKey {
  readonly version: number
  /** At least 32 random bytes, kept outside the database. */
  readonly key: Buffer
}

/** A data key as it is stored: wrapped by the master key of that version. Without it, what it sealed is gone for good. */
export interface WrappedKey {
  readonly key: Buffer
  readonly keyVersion: number
}

/** Something sealed under a data key of its own. */
export interface Sealed extends WrappedKey {
  readonly cipher: Buffer
}

/** It cannot be opened: another key, another place, or changed bytes. It says no more. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
}

/**
 * Envelope encryption of identity data. Each thing gets its own AES-256-GCM key; that key is stored wrapped by a master key.
 * Destroying the wrapped key destroys the thing, wherever copies of its bytes are.
 */
export interface Vault {
  /** `bound` ties the bytes to their place (app and mode, user, document, version): in another place they do not open. */
  seal(plain: Buffer, bound: readonly string[]): Sealed
  /** Fails with `VaultError`. */
  open(sealed: Sealed, bound: readonly string[]): Buffer
  /** The same data key under the current master key: a rotation touches no content. */
  rewrap(wrapped: WrappedKey): WrappedKey
  /** The version that wraps what is new. */
  readonly keyVersion: number
  /**
   * 32 bytes by which two equal values of one tenant are known as equal, and nothing else of them is: HMAC-SHA256 under a key of that
   * tenant alone. It does not change when master keys are rotated. Give the value in its normal form.
   */
  fingerprint(tenantId: number, kind: string, value: string | Buffer): Buffer
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** Unambiguous: two lists of words never make the same bytes. */
const aad = (words: readonly string[]) => Buffer.from(JSON.stringify(words))

/** Nonce, tag, text. */
function encrypt(key: Buffer, plain: Buffer, about: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce)
  cipher.setAAD(about)
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text])
}

function decrypt(key: Buffer, sealed: Buffer, about: Buffer): Buffer {
  try {
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(about)
    decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()])
  } catch (cause) {
    throw new VaultError('this does not open', { cause })
  }
}

/** One key for one purpose, made from one that serves several. */
const derive = (from: Buffer, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', from, Buffer.alloc(0), `connect ${purpose}`, 32))

export interface VaultKeys {
  /** At least one; versions are whole numbers from 1. */
  readonly masterKeys: readonly MasterKey[]
  /** What fingerprints are made with. It stays: without the values themselves no fingerprint can be made anew. */
  readonly fingerprintKey: Buffer
}

/** The keys of a platform; where no versions of a master key of their own are told, one is made from the platform's. */
export function keysFrom(masterKey: Buffer, masterKeys: readonly MasterKey[] = []): VaultKeys {
  // Stays version 1 beside others, or what was sealed before there were any would never open again.
  const first = masterKeys.some(({ version }) => version === 1) ? [] : [{ version: 1, key: derive(masterKey, 'vault') }]
  return { masterKeys: [...first, ...masterKeys], fingerprintKey: derive(masterKey, 'fingerprints') }
}

/** Keys of all versions, by version; what a mistaken setting could bring is refused here. */
function keyRing(masterKeys: readonly MasterKey[]): ReadonlyMap<number, Buffer> {
  const ring = new Map<number, Buffer>()
  for (const { version, key } of masterKeys) {
    if (!Number.isSafeInteger(version) || version < 1 || ring.has(version))
      throw new VaultError('versions of master keys are 1, 2, 3 …, each once')
    if (key.length < 32) throw new VaultError('a master key has at least 32 bytes')
    ring.set(version, key.subarray(0, 32))
  }
  if (ring.size === 0) throw new VaultError('there is no master key')
  return ring
}

export function createVault({ masterKeys, fingerprintKey }: VaultKeys): Vault {
  const ring = keyRing(masterKeys)
  const keyVersion = Math.max(...ring.keys())
  const master = (version: number): Buffer => {
    const key = ring.get(version)
    if (key === undefined) throw new VaultError(`there is no master key of version ${version}`)
    return key
  }
  const about = (version: number) => aad(['data key', String(version)])
  const wrap = (dataKey: Buffer): WrappedKey => ({ key: encrypt(master(keyVersion), dataKey, about(keyVersion)), keyVersion })
  const unwrap = ({ key, keyVersion: version }: WrappedKey): Buffer => decrypt(master(version), key, about(version))
  return {
    keyVersion,
    seal(plain, bound) {
      const dataKey = randomBytes(32)
      return { cipher: encrypt(dataKey, plain, aad(bound)), ...wrap(dataKey) }
    },
    open: (sealed, bound) => decrypt(unwrap(sealed), sealed.cipher, aad(bound)),
    rewrap: (wrapped) => (wrapped.keyVersion === keyVersion ? wrapped : wrap(unwrap(wrapped))),
    fingerprint(tenantId, kind, value) {
      const own = derive(fingerprintKey, `fingerprint ${tenantId}`)
      return createHmac('sha256', own)
        .update(aad([kind]))
        .update('\n')
        .update(value)
        .digest()
    },
  }
}

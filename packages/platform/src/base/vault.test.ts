import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVault, keysFrom, VaultError } from './vault.ts'

const one = { version: 1, key: randomBytes(32) }
const two = { version: 2, key: randomBytes(32) }
const fingerprintKey = randomBytes(32)
const vault = createVault({ masterKeys: [one], fingerprintKey })
const place = ['7', 'usr_1', 'doc_1', '1']
const plain = Buffer.from('234567890124')

describe('sealing', () => {
  it('gives back what was sealed, under a key of its own each time', () => {
    const [first, second] = [vault.seal(plain, place), vault.seal(plain, place)]
    expect(vault.open(first, place)).toEqual(plain)
    expect(first.cipher.equals(second.cipher)).toBe(false)
    expect(first.cipher.includes(plain)).toBe(false)
    expect(() => vault.open({ ...first, key: second.key }, place)).toThrow(VaultError)
  })

  it('opens in its own place only, however the words of the place are cut', () => {
    const sealed = vault.seal(plain, ['a', 'bc'])
    for (const other of [['ab', 'c'], ['abc'], ['a', 'bc', ''], ['a","bc'], []]) expect(() => vault.open(sealed, other)).toThrow(VaultError)
  })

  it('opens nothing that was changed by a byte, or cut short', () => {
    const sealed = vault.seal(plain, place)
    for (const part of ['cipher', 'key'] as const)
      for (let at = 0; at < sealed[part].length; at++) {
        const changed = Buffer.from(sealed[part])
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(() => vault.open({ ...sealed, [part]: changed }, place)).toThrow(VaultError)
        expect(() => vault.open({ ...sealed, [part]: sealed[part].subarray(0, at) }, place)).toThrow(VaultError)
      }
  })
})

describe('a rotation', () => {
  const during = createVault({ masterKeys: [one, two], fingerprintKey })
  const afterwards = createVault({ masterKeys: [two], fingerprintKey })

  it('wraps the same data key anew, so that the old master key can go and the content stays as it is', () => {
    const sealed = vault.seal(plain, place)
    expect(() => afterwards.open(sealed, place)).toThrow(VaultError)
    expect(during.open(sealed, place)).toEqual(plain)
    const rewrapped = { cipher: sealed.cipher, ...during.rewrap(sealed) }
    expect(rewrapped.keyVersion).toBe(2)
    expect(afterwards.open(rewrapped, place)).toEqual(plain)
    expect(during.rewrap(rewrapped).key).toBe(rewrapped.key)
  })

  it('does not take a key for one of another version', () => {
    const { key } = vault.seal(plain, place)
    expect(() => during.rewrap({ key, keyVersion: 3 })).toThrow(VaultError)
    const other = createVault({ masterKeys: [{ version: 5, key: one.key }], fingerprintKey })
    expect(() => other.open({ ...vault.seal(plain, place), keyVersion: 5 }, place)).toThrow(VaultError)
  })

  it('leaves fingerprints as they are', () => {
    expect(afterwards.fingerprint(7, 'pan', 'AAAPZ1234C')).toEqual(vault.fingerprint(7, 'pan', 'AAAPZ1234C'))
  })

  it('refuses a ring that cannot be meant', () => {
    for (const masterKeys of [[], [one, one], [{ version: 0, key: one.key }], [{ version: 1, key: randomBytes(31) }]])
      expect(() => createVault({ masterKeys, fingerprintKey })).toThrow(VaultError)
  })
})

it('knows equal values of one app and kind, and of nothing else', () => {
  const mark = vault.fingerprint(7, 'aadhaar', '234567890124')
  expect(mark).toHaveLength(32)
  expect(vault.fingerprint(7, 'aadhaar', Buffer.from('234567890124'))).toEqual(mark)
  expect(vault.fingerprint(8, 'aadhaar', '234567890124')).not.toEqual(mark)
  expect(vault.fingerprint(7, 'pan', '234567890124')).not.toEqual(mark)
  expect(createVault({ masterKeys: [one], fingerprintKey: randomBytes(32) }).fingerprint(7, 'aadhaar', '234567890124')).not.toEqual(mark)
})

it('comes from one master key where no others are told, and is the same after a restart', () => {
  const masterKey = randomBytes(32)
  const sealed = createVault(keysFrom(masterKey)).seal(plain, place)
  expect(createVault(keysFrom(masterKey)).open(sealed, place)).toEqual(plain)
  expect(() => createVault(keysFrom(randomBytes(32))).open(sealed, place)).toThrow(VaultError)
  // Others that are told later take its place.
  const later = createVault(keysFrom(masterKey, [two]))
  expect(later.open(sealed, place)).toEqual(plain)
  expect(later.rewrap(sealed).keyVersion).toBe(2)
})

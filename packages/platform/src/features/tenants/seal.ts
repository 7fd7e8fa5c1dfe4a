import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** AES-256-GCM under the master key: nonce, tag, ciphertext. `about` binds the text to its place, so that rows cannot be swapped. */
export function seal(masterKey: Buffer, about: string, plain: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', masterKey.subarray(0, 32), nonce)
  cipher.setAAD(Buffer.from(about))
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text])
}

/** Throws when the key is another one or the bytes were changed. */
export function unseal(masterKey: Buffer, about: string, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', masterKey.subarray(0, 32), sealed.subarray(0, 12))
  decipher.setAAD(Buffer.from(about))
  decipher.setAuthTag(sealed.subarray(12, 28))
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
}

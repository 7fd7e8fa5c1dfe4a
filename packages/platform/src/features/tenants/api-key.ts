import { hash, randomBytes } from 'node:crypto'
import type { Mode } from '../../base/tenant.ts'

export type KeyKind = 'publishable' | 'secret'

const pattern = /^(pk|sk)_(test|live)_[A-Za-z0-9_-]{32}$/

/** A new key: 192 random bits. Only its hash is stored; it is random, so a quick hash is enough. */
export function newKeyText(kind: KeyKind, mode: Mode): string {
  return `${kind === 'secret' ? 'sk' : 'pk'}_${mode}_${randomBytes(24).toString('base64url')}`
}

export const looksLikeKey = (text: string): boolean => pattern.test(text)

export const hashKey = (text: string): Buffer => hash('sha256', text, 'buffer')

/** Enough to tell keys apart in a list, too little to help a guess. */
export const keyPrefix = (text: string): string => text.slice(0, 12)

import { randomBytes } from 'node:crypto'

/** An identifier as Exotel's calls and numbers have it: 32 hex digits. */
export function newSid(): string {
  return randomBytes(16).toString('hex')
}

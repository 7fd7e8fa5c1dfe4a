import { randomBytes } from 'node:crypto'

/** A Twilio identifier: two letters and 32 hex digits. */
export function newSid(prefix: 'CA' | 'CF' | 'PN'): string {
  return prefix + randomBytes(16).toString('hex')
}

import { randomBytes, randomInt } from 'node:crypto'

/** An identifier as Exotel's calls and numbers have it: 32 hex digits. */
export function newSid(): string {
  return randomBytes(16).toString('hex')
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** An identifier as legs, bridges and their events have it: 27 letters and digits, then the number of the data centre. */
export function newLegSid(): string {
  return `${Array.from({ length: 27 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}00000`
}

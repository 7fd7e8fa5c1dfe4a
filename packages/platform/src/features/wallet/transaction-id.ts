import { newId } from '../../base/ids.ts'

const digits = '0123456789abcdefghjkmnpqrstvwxyz'

let last = ''

/**
 * A transaction's id sorts after every earlier one of this process, also within a millisecond and when the clock steps back: a history is
 * read in the order of its ids.
 */
export function nextTransactionId(now: Date): string {
  const fresh = newId('txn', now)
  last = fresh > last ? fresh : successorOf(last)
  return last
}

/** The next text in base 32: 80 random bits leave room for all that a process can count. */
export function successorOf(id: string): string {
  let place = id.length - 1
  while (id[place] === 'z') place--
  const digit = digits.indexOf(id[place] ?? '')
  if (digit === -1) throw new Error('the ids of this millisecond are used up')
  return id.slice(0, place) + digits.charAt(digit + 1) + '0'.repeat(id.length - place - 1)
}

/** When a transaction's id was made; undefined for a text that no id of ours begins with. */
export function timeOfId(id: string): Date | undefined {
  const time = /^txn_([0-7][0-9a-hjkmnp-tv-z]{9})/.exec(id)?.[1]
  return time === undefined ? undefined : new Date(Array.from(time).reduce((ms, digit) => ms * 32 + digits.indexOf(digit), 0))
}

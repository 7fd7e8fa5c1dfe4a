/** What a registry knows, or does, about a number. */
export type Fate = 'match' | 'no-record' | 'mismatch' | 'down' | 'multiple' | 'minor' | 'silent'

const special: Readonly<Record<string, Fate>> = {
  '0001': 'no-record',
  '0002': 'mismatch',
  '0003': 'down',
  '0004': 'multiple',
  '0005': 'minor',
  '0006': 'silent',
}

/** The last four digits decide, of a PAN its only four; the same table holds for every sandbox that checks identities. */
export function fateOf(number: string): Fate {
  const digits = number.replace(/\D/g, '').slice(-4)
  return special[digits] ?? 'match'
}

/** Pure: whether two spellings are one person's name. Off-the-shelf likeness takes Amit for Sumit; these rules know what Indian names do. */

/** match: the same by every rule. review: alike, and a person has to look. mismatch: two people. */
export type NameMatch = 'match' | 'review' | 'mismatch'

const honorifics = new Set('smt shri shree sri mr mrs ms miss dr prof adv er capt col maj lt late'.split(' '))

/** Ways of writing one name. */
const sameName: ReadonlyMap<string, string> = new Map(
  [
    ['mohamad', 'mohammed mohammad mohamed mohamad muhammad muhammed muhamad mohd md mohmad mohmmad'],
    ['sheik', 'sheikh shaikh shaik sheik sk'],
    ['sayed', 'syed sayed sayyed saiyed'],
    ['abdul', 'abdul abdool abd'],
  ].flatMap(([one, all]) => (all ?? '').split(' ').map((spelling) => [spelling, one ?? ''] as const)),
)

/** From here on it is somebody else's name. */
const relation = /\b(?:[sdwc]\s*\/\s*o|s\s*o\s*:|son of|daughter of|wife of|care of)\b.*$/i

function fold(token: string): string {
  const known = sameName.get(token)
  if (known !== undefined) return known
  const folded = token
    .replaceAll(/([bdgkt])h/g, '$1')
    .replaceAll('x', 'ks')
    .replaceAll('sh', 's')
    .replaceAll('ph', 'f')
    .replaceAll('ee', 'i')
    .replaceAll('oo', 'u')
    .replaceAll('w', 'v')
    .replaceAll('z', 'j')
    .replaceAll(/(.)\1+/g, '$1')
  return folded.length > 2 ? folded.replace(/a$/, '') : folded
}

/** So common that sharing one says nothing. */
const fillers = new Set(
  'kumar kumari devi singh kaur bai lal ram rani begum bibi khatun bano chand nath prasad das mohammed ben bhai'.split(' ').map(fold),
)

/** The words of a name that say who it is, each in one spelling; an initial stays one letter. */
function tokensOf(name: string): string[] {
  const latin = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  const words = latin
    .replace(relation, ' ')
    .replaceAll(/['’`]/g, '')
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '' && !honorifics.has(word))
  return words.map(fold)
}

interface Pairing {
  /** Whole words that both have. */
  readonly whole: readonly string[]
  /** Words of the shorter name that nothing explains. */
  readonly unexplained: readonly string[]
}

/** Pairs each word of the shorter name with one of the longer: whole words first, then initials. */
function pair(shorter: readonly string[], longer: readonly string[]): Pairing {
  const left = [...longer]
  const take = (fits: (word: string) => boolean): boolean => {
    const at = left.findIndex(fits)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }
  const whole: string[] = []
  const rest: string[] = []
  for (const word of shorter) {
    if (take((other) => other === word)) {
      if (word.length > 1) whole.push(word)
    } else rest.push(word)
  }
  const isInitialOf = (one: string, other: string): boolean => (one.length === 1 || other.length === 1) && one[0] === other[0]
  return { whole, unexplained: rest.filter((word) => !take((other) => isInitialOf(word, other))) }
}

/** "Ravi Teja Pillai" and "Raviteja Pillai". */
const isWrittenAlike = (one: readonly string[], other: readonly string[]): boolean => one.join('') === other.join('')

/**
 * Compares two names. All words of the shorter one explained, at least one whole word shared that is not a filler, and two words or more:
 * `match`. One word only, or one word unexplained: `review`. Else `mismatch`. Order, honorifics, initials, and what follows S/O do not matter.
 */
export function matchNames(one: string, other: string): NameMatch {
  const [a, b] = [tokensOf(one), tokensOf(other)]
  if (a.length === 0 || b.length === 0) return 'review'
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a]
  const { whole, unexplained } = pair(shorter, longer)
  const deciding = whole.filter((word) => !fillers.has(word))
  if (unexplained.length === 0 && shorter.length >= 2 && deciding.length > 0) return 'match'
  if (isWrittenAlike(a, b) && shorter.length >= 2 && shorter.some((word) => !fillers.has(word))) return 'match'
  if (deciding.length === 0) return unexplained.length === 0 ? 'review' : 'mismatch'
  return unexplained.length <= 1 ? 'review' : 'mismatch'
}

import type { CheckReason, CheckResult, checkReasons } from '../../providers/kyc/port.ts'
import { matchNames, type NameMatch } from './match-names.ts'
import type { RejectReason, ReviewReason } from './submission-row.ts'

/** Pure: what follows from a provider's answer. Whatever is not proven goes to a person; nothing unknown verifies anybody. */

export interface Person {
  readonly name: string
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string
}

export interface Facts {
  readonly claimed: Person
  /** Whom the user was verified as before; null: nobody yet. */
  readonly verified: Person | null
  readonly isLegacy: boolean
  /** Another account of the app has the same number. */
  readonly isUsedElsewhere: boolean
  /** Whether the app lets rules decide. */
  readonly decidesByRule: boolean
  readonly today: Date
}

export interface Verdict {
  readonly event: 'passed' | 'failed' | 'unclear'
  readonly reasons: readonly RejectReason[]
  readonly reviewReasons: readonly ReviewReason[]
}

const adultAge = 18

/** Whole years on a day. Somebody born on 29 February is a year older on 1 March. */
export function ageOn(dateOfBirth: string, today: Date): number {
  const [year = 0, month = 0, day = 0] = dateOfBirth.split('-').map(Number)
  const hadBirthday = today.getUTCMonth() + 1 > month || (today.getUTCMonth() + 1 === month && today.getUTCDate() >= day)
  return today.getUTCFullYear() - year - (hadBirthday ? 0 : 1)
}

/** In India, where the youngest become adults at midnight: five and a half hours before UTC's day begins. */
const indianTimeMs = 5.5 * 3_600_000

export const isAdult = (dateOfBirth: string, now: Date): boolean => ageOn(dateOfBirth, new Date(now.getTime() + indianTimeMs)) >= adultAge

type Answer = Pick<CheckResult, 'state' | 'reason' | 'nameMatches' | 'dateOfBirthMatches' | 'extracted'>

/** Those that speak against the person: each of them has to lead somewhere. */
type Refusal = { [Reason in CheckReason]: (typeof checkReasons)[Reason] extends readonly ['fail'] ? Reason : never }[CheckReason]

const refusals: Readonly<Record<Refusal, RejectReason>> = {
  number_invalid: 'number_not_found',
  number_not_found: 'number_not_found',
  number_inactive: 'id_inactive',
  number_expired: 'id_expired',
  name_mismatch: 'name_mismatch',
  date_of_birth_mismatch: 'birth_date_mismatch',
  under_age: 'under_age',
  document_mismatch: 'number_mismatch',
  wrong_document: 'wrong_document',
  document_unreadable: 'unreadable',
}

const doubts: Readonly<Partial<Record<CheckReason, ReviewReason>>> = {
  multiple_records: 'multiple_records',
  not_proven: 'unverified_facts',
}

const failed = (reason: RejectReason): Verdict => ({ event: 'failed', reasons: [reason], reviewReasons: [] })

/**
 * How the name that was given compares with the source's; null: nobody knows. Sources compare letter by letter: where theirs is told, our rules
 * compare more justly, but do not by themselves pass what the source refuses.
 */
export function nameMatchOf({ nameMatches, extracted }: Pick<Answer, 'nameMatches' | 'extracted'>, claimed: string): NameMatch | null {
  if (extracted.name === null) return nameMatches === null ? null : nameMatches ? 'match' : 'mismatch'
  const ours = matchNames(claimed, extracted.name)
  return ours === 'match' && nameMatches === false ? 'review' : ours
}

const isRefusal = (reason: CheckReason): reason is Refusal => Object.hasOwn(refusals, reason)

/** What the answer itself says against the person; undefined: nothing. */
function refusalOf({ state, reason, dateOfBirthMatches, extracted }: Answer, facts: Facts, name: NameMatch | null): Verdict | undefined {
  if (state === 'fail') {
    const isUnclear = reason === 'name_mismatch' && name === 'review'
    return reason === null || isUnclear || !isRefusal(reason) ? undefined : failed(refusals[reason])
  }
  if (state !== 'pass') return undefined
  if (extracted.dateOfBirth !== null && !isAdult(extracted.dateOfBirth, facts.today)) return failed('under_age')
  if (name === 'mismatch') return failed('name_mismatch')
  const bornElse = extracted.dateOfBirth !== null && extracted.dateOfBirth !== facts.claimed.dateOfBirth
  return dateOfBirthMatches === false || bornElse ? failed('birth_date_mismatch') : undefined
}

/** Why a person has to look, all of it: a reviewer should not find the next reason after the first. */
function doubtsOf(answer: Answer, facts: Facts, name: NameMatch | null): ReviewReason[] {
  const { state, reason, dateOfBirthMatches, extracted } = answer
  const found: ReviewReason[] = []
  if (reason === 'name_mismatch') found.push('name_unclear')
  else if (state !== 'pass') found.push((reason === null ? undefined : doubts[reason]) ?? 'provider_unclear')
  else {
    if (name === 'review') found.push('name_unclear')
    if (name === null || (dateOfBirthMatches !== true && extracted.dateOfBirth === null)) found.push('unverified_facts')
  }
  if (facts.isLegacy) found.push('legacy_format')
  if (facts.isUsedElsewhere) found.push('used_elsewhere')
  if (facts.verified !== null && !isSamePerson(facts.verified, facts.claimed)) found.push('differs_from_verified')
  if (!facts.decidesByRule) found.push('by_rule')
  return found
}

const isSamePerson = (one: Person, other: Person): boolean =>
  one.dateOfBirth === other.dateOfBirth && matchNames(one.name, other.name) === 'match'

/** Draws the conclusion from an answer that is one: neither `retryable` nor `pending`. */
export function decide(answer: Answer, facts: Facts): Verdict {
  if (!isAdult(facts.claimed.dateOfBirth, facts.today)) return failed('under_age')
  const name = nameMatchOf(answer, facts.claimed.name)
  const refusal = refusalOf(answer, facts, name)
  // Where the app wants to see every case, it sees those that a provider would refuse as well.
  if (refusal !== undefined && facts.decidesByRule) return refusal
  const reviewReasons = refusal === undefined ? doubtsOf(answer, facts, name) : [...refusalDoubts(refusal), 'by_rule' as const]
  return reviewReasons.length === 0
    ? { event: 'passed', reasons: [], reviewReasons: [] }
    : { event: 'unclear', reasons: [], reviewReasons: [...new Set(reviewReasons)] }
}

const refusalDoubts = ({ reasons }: Verdict): ReviewReason[] =>
  reasons.includes('name_mismatch') ? ['name_unclear'] : reasons.includes('unreadable') ? ['unreadable'] : ['unverified_facts']

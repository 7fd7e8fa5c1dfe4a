import { isMinor } from './dates.ts'
import { checkReasons, type CheckInput, type CheckReason, type CheckResult, type KycProviderName } from './port.ts'
import { CheckStop } from './stop.ts'

/** What an adapter has learned of a person whose number is in force. */
export interface Finding {
  /** Whether a registry answered for the number; a card alone proves nothing. */
  readonly isVouchedFor: boolean
  /** Where the provider compared it. */
  readonly nameMatches?: boolean | undefined
  readonly dateOfBirthMatches?: boolean | undefined
  readonly name?: string | undefined
  readonly dateOfBirth?: string | undefined
  readonly lastFour?: string | undefined
  readonly score?: number | undefined
  readonly providerCode?: string | undefined
  readonly maskedPictures?: readonly Buffer[] | undefined
}

/** What is counted while a check goes on. */
export interface Tally {
  requests: number
  providerRequestId: string | null
}

/** Against the person, or not enough for them; undefined when it is for them. */
function objection(finding: Finding, nameMatches: boolean | null, dateMatches: boolean | null, today: string): CheckReason | undefined {
  if (finding.dateOfBirth !== undefined && isMinor(finding.dateOfBirth, today)) return 'under_age'
  if (nameMatches === false) return 'name_mismatch'
  if (dateMatches === false) return 'date_of_birth_mismatch'
  const isNamed = nameMatches === true || finding.name !== undefined
  return isNamed && dateMatches === true && finding.isVouchedFor ? undefined : 'not_proven'
}

/** The result of a finding. Nothing is believed that was not said: a name or a birth date that nobody told leaves the person unproven. */
export function concluded(finding: Finding, input: CheckInput, today: string): Omit<CheckResult, keyof Tally | 'provider' | 'latencyMs'> {
  const told = finding.dateOfBirth === undefined ? undefined : finding.dateOfBirth === input.dateOfBirth
  // What the registry shows outweighs what it says of it.
  const dateMatches = (finding.dateOfBirthMatches === false ? false : told) ?? finding.dateOfBirthMatches ?? null
  const nameMatches = finding.nameMatches ?? null
  const reason = objection(finding, nameMatches, dateMatches, today) ?? null
  return {
    state: reason === null ? 'pass' : checkReasons[reason][0],
    reason,
    nameMatches,
    dateOfBirthMatches: dateMatches,
    extracted: { name: finding.name ?? null, dateOfBirth: finding.dateOfBirth ?? null, lastFour: finding.lastFour ?? null },
    score: finding.score ?? null,
    providerCode: finding.providerCode ?? null,
    maskedPictures: finding.maskedPictures ?? [],
  }
}

const nothing = {
  nameMatches: null,
  dateOfBirthMatches: null,
  extracted: { name: null, dateOfBirth: null, lastFour: null },
  score: null,
  maskedPictures: [],
}

/** Runs a check to its result: whatever ends it early is a result as well. */
export async function runCheck(
  provider: KycProviderName,
  input: CheckInput,
  today: string,
  look: (tally: Tally) => Promise<Finding>,
): Promise<CheckResult> {
  const tally: Tally = { requests: 0, providerRequestId: null }
  const startedAt = performance.now()
  const rest = () => ({
    ...tally,
    // Whatever a provider calls an id, the number itself is not kept for one.
    providerRequestId: tally.providerRequestId?.replace(/\D/g, '').includes(input.number) ? null : tally.providerRequestId,
    provider,
    latencyMs: Math.round(performance.now() - startedAt),
  })
  try {
    return { ...concluded(await look(tally), input, today), ...rest() }
  } catch (error) {
    if (!(error instanceof CheckStop)) throw error
    const { reason, providerCode } = error
    return { ...nothing, state: checkReasons[reason][0], reason, providerCode, ...rest() }
  }
}

import type { ReferralPolicy } from '@impacthub/sdk/contract'
import type { Facts, Reason, Verdict } from './facts.ts'

/** Pure: from what is known and what the app allows to what becomes of a referral. */

type Checks = ReferralPolicy['checks']
type Effect = Checks[keyof Checks]
type Finding = Reason | undefined

const daySeconds = 86_400

/** What a check found; nothing where it is switched off. */
function found(check: keyof Checks, effect: Effect, hit: boolean, points: number, detail?: string | number): Finding {
  return hit && effect !== 'off' ? { check, effect, points, ...(detail === undefined ? {} : { detail }) } : undefined
}

/** What no policy allows. */
function always({ windowDays, caps }: ReferralPolicy, facts: Facts): Finding[] {
  const refused = (check: Reason['check'], hit: boolean, detail?: string): Finding =>
    hit ? { check, effect: 'refuse', points: 100, ...(detail === undefined ? {} : { detail }) } : undefined
  return [
    refused('own_code', facts.ownCode),
    refused('second_redemption', facts.secondRedemption),
    refused('older_account', facts.accountSeconds > windowDays * daySeconds),
    refused('blocked', facts.referrerBlocked, 'referrer'),
    refused('blocked', facts.refereeBlocked, 'referee'),
    refused('cap', facts.total >= caps.perReferrerTotal, 'total'),
    refused('cap', caps.perAppPerDay !== null && facts.appLastDay >= caps.perAppPerDay, 'app_day'),
  ]
}

/** Things that one person has and another does not. */
const scarce = (checks: Checks, facts: Facts): Finding[] => [
  found('email', checks.email, facts.email.others > 0, 100, facts.email.others),
  found(
    'emailCollapsed',
    checks.emailCollapsed,
    facts.emailCollapsed.others > 0 && facts.email.others === 0,
    50,
    facts.emailCollapsed.others,
  ),
  found('device', checks.device, facts.device.others > 0, 100, facts.device.others),
  found('phone', checks.phone, facts.phone.others > 0, 100, facts.phone.others),
  found('payee', checks.payee, facts.payee.others > 0, 100, facts.payee.others),
  found('identity', checks.identity, facts.identity.others > 0, 100, facts.identity.others),
]

/** More and more slowly: a crowd behind one address is a carrier's, and says little. */
const crowdPoints = (others: number): number => Math.min(20, 5 * Math.ceil(Math.log2(1 + others)))

/** As far as the preset and the app let an address decide. */
function addressEffect({ preset, checks }: ReferralPolicy, lastDay: number): Exclude<Effect, 'off'> {
  if (preset === 'carrier-tolerant' || checks.address === 'score' || lastDay === 0) return 'score'
  return checks.address === 'refuse' && lastDay >= 5 ? 'refuse' : 'review'
}

/**
 * Accounts that belong together and share an address. Where there is hardly anybody else, it is one person's own line; where there are
 * thousands, so many friends of friends behind one address are still seldom.
 */
function kinPoints({ kin, lastWeek }: Facts['address']): number {
  if (kin >= 2 && kin > lastWeek - kin) return 50
  return kin >= 20 ? 40 : kin >= 8 ? 25 : kin >= 3 ? 10 : 0
}

function address(policy: ReferralPolicy, { address: where }: Facts): Finding[] {
  if (policy.checks.address === 'off' || !where.given) return []
  const effect = addressEffect(policy, where.lastDay)
  const crowdedRange = policy.preset === 'standard' && where.rangeLastDay >= 20
  return [
    found('address', effect, where.lastDay > 0, crowdPoints(where.lastDay), where.lastDay),
    found('address', 'score', kinPoints(where) > 0, kinPoints(where), 'kin'),
    found('address', 'score', crowdedRange, 15, 'range'),
  ]
}

/** From three on it is a pattern; below it can be chance, and only adds up. */
function repeated(effect: Effect, count: number, detail: string): Finding {
  if (count >= 3) return found('pattern', effect, true, 60, detail)
  return found('pattern', effect === 'off' ? 'off' : 'score', count > 0, count * 10, detail)
}

function patterns({ pattern: effect }: Checks, { pattern, email, phone }: Facts): Finding[] {
  const only = effect === 'off' ? 'off' : 'score'
  return [
    repeated(effect, pattern.mailStem, 'mail_names'),
    repeated(effect, pattern.phoneBlock, 'phone_numbers'),
    found('pattern', only, !email.given && !phone.given, 10, 'no_contact'),
  ]
}

/** Sooner after opening the link nobody has filled in a form. */
const quickestSeconds = 5

function conduct({ checks, caps }: ReferralPolicy, facts: Facts): Finding[] {
  const quick = facts.secondsSinceVisit !== null && facts.secondsSinceVisit >= 0 && facts.secondsSinceVisit < quickestSeconds
  return [
    found('disposableEmail', checks.disposableEmail, facts.mail.disposable, 100),
    found('relayEmail', checks.relayEmail, facts.mail.relay, 30),
    found('cycle', checks.cycle, facts.cycle, 100),
    found('velocity', checks.velocity, facts.lastHour >= caps.perReferrerPerHour, 60, 'hour'),
    found('velocity', checks.velocity, facts.lastDay >= caps.perReferrerPerDay, 60, 'day'),
    found('quickSignup', checks.quickSignup, quick, 25),
  ]
}

/**
 * What becomes of a referral, and each reason for it. Every check is made whatever the others found, so that the time an answer takes does not
 * tell which one hit.
 */
export function judge(policy: ReferralPolicy, facts: Facts): Verdict {
  const findings = [
    ...always(policy, facts),
    ...scarce(policy.checks, facts),
    ...address(policy, facts),
    ...patterns(policy.checks, facts),
    ...conduct(policy, facts),
  ].filter((one) => one !== undefined)
  const score = findings.reduce((sum, { points }) => sum + points, 0)
  const has = (effect: Reason['effect']): boolean => findings.some((one) => one.effect === effect)
  if (has('refuse')) return { outcome: 'refuse', score, reasons: findings }
  if (has('review')) return { outcome: 'review', score, reasons: findings }
  if (score < policy.reviewScore) return { outcome: 'accept', score, reasons: findings }
  return { outcome: 'review', score, reasons: [...findings, { check: 'score', effect: 'review', points: 0, detail: score }] }
}

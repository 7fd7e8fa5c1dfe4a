import { referralPolicy, type ReferralPolicy } from '@impacthub/sdk/contract'
import { expect, it } from 'vitest'
import type { Facts, Verdict } from '../../src/features/referrals/checks/facts.ts'
import { mailKeys } from '../../src/features/referrals/checks/mail.ts'
import { mailKindOf } from '../../src/features/referrals/checks/throwaway.ts'
import { judge } from '../../src/features/referrals/checks/verdict.ts'
import { carrierPolicy } from './carrier-policy.ts'
import { population, type Newcomer } from './population.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** What the platform would know of each, counted in memory. */
function judgeAll(people: readonly Newcomer[], policy: ReferralPolicy): Verdict[] {
  const brought = people.map((): number[] => [])
  const counts = new Map<string, number>()
  const seen = (kind: string, value: string): { given: true; others: number } => {
    const others = counts.get(`${kind}:${value}`) ?? 0
    counts.set(`${kind}:${value}`, others + 1)
    return { given: true, others }
  }
  const nothing = { given: false, others: 0 }
  const byAddress = new Map<string, number[]>()
  const verdicts: Verdict[] = []
  people.forEach((one, index) => {
    const mail = mailKeys(one.email)
    if (mail === undefined) throw new Error('no address of mail')
    const kind = mailKindOf(mail.domain, new Set(), [])
    const scarce = {
      email: seen('email', mail.key),
      emailCollapsed: seen('collapsed', mail.collapsed),
      device: seen('device', one.deviceId),
      phone: seen('phone', one.phone),
      payee: nothing,
      identity: nothing,
    }
    const { referrer } = one
    if (referrer === null) return
    const since = (list: readonly number[], ms: number) => list.filter((other) => (people[other]?.atMs ?? 0) > one.atMs - ms)
    const siblings = since(brought[referrer] ?? [], 7 * dayMs)
    const there = byAddress.get(one.ip) ?? []
    const stemOf = (other: number) => mailKeys(people[other]?.email ?? '')?.stem
    const facts: Facts = {
      ...scarce,
      ownCode: false,
      secondRedemption: false,
      referrerBlocked: false,
      refereeBlocked: false,
      accountSeconds: 5,
      lastHour: since(siblings, hourMs).length,
      lastDay: since(siblings, dayMs).length,
      total: brought[referrer]?.length ?? 0,
      appLastDay: 0,
      cycle: false,
      secondsSinceVisit: one.formSeconds,
      mail: { disposable: kind === 'throwaway', relay: kind === 'relay' },
      address: {
        given: true,
        lastDay: Math.min(64, since(there, dayMs).length),
        lastWeek: Math.min(64, since(there, 7 * dayMs).length),
        rangeLastDay: 0,
        kin: kinOf(people, brought, one, referrer),
      },
      pattern: {
        mailStem: siblings.filter((other) => stemOf(other) === mail.stem).length,
        phoneBlock: siblings.filter((other) => people[other]?.phone.slice(0, -2) === one.phone.slice(0, -2)).length,
      },
    }
    verdicts.push(judge(policy, facts))
    brought[referrer]?.push(index)
    byAddress.set(one.ip, [...there, index])
  })
  return verdicts
}

/** Who belongs together at one address: up from the referrer, and down from all of those. */
function kinOf(people: readonly Newcomer[], brought: readonly number[][], { ip, atMs }: Newcomer, referrer: number): number {
  const isHere = (one: number) => people[one]?.ip === ip && (people[one]?.atMs ?? 0) > atMs - 7 * dayMs
  const kin = new Set([referrer])
  for (let up = people[referrer]?.referrer; up !== null && up !== undefined && isHere(up); up = people[up]?.referrer) kin.add(up)
  for (const one of kin) for (const child of brought[one] ?? []) if (isHere(child)) kin.add(child)
  return Math.min(20, kin.size - (isHere(referrer) ? 0 : 1))
}

const share = (verdicts: readonly Verdict[], outcome: Verdict['outcome']): number =>
  verdicts.filter((one) => one.outcome === outcome).length / verdicts.length

it.each([1, 7])('rewards 10,000 honest people who come from 50 addresses within %i days', (days) => {
  const people = population({ people: 10_000, addresses: 50, days, seed: 20_300 + days, startMs: Date.UTC(2030, 0, 1) })
  const verdicts = judgeAll(people, referralPolicy.parse(carrierPolicy))
  expect(verdicts).toHaveLength(10_000)
  expect(share(verdicts, 'refuse')).toBe(0)
  expect(share(verdicts, 'review')).toBeLessThanOrEqual(0.02)
})

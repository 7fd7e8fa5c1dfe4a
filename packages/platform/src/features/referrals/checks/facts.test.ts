import { referralPolicy } from '@impacthub/sdk/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { after } from '../../../base/clock.ts'
import { everyTenant } from '../../../base/tenant.ts'
import type { Facts, ReferrerFacts } from './facts.ts'
import { gatherFacts } from './gather-facts.ts'
import { day, noon, startPeople, vault, type People } from './people.fixture.ts'
import { leaveTraces } from './traces.ts'

let people: People
beforeAll(async () => {
  people = await startPeople()
})
afterAll(() => people.end())

const known: ReferrerFacts = {
  ownCode: false,
  secondRedemption: false,
  referrerBlocked: false,
  refereeBlocked: false,
  accountSeconds: 0,
  lastHour: 0,
  lastDay: 0,
  total: 0,
  appLastDay: 0,
  cycle: false,
  secondsSinceVisit: null,
}
const policy = referralPolicy.parse({})

const factsOf = (
  referrerId: string,
  refereeId: string,
  more: { at?: Date; referralId?: string; policy?: typeof policy } = {},
): Promise<Facts> => people.inside((tx) => gatherFacts(tx, people.tenant, { at: noon, policy, known, refereeId, referrerId, ...more }))

const earlier = after(noon, -day * 30)

it('knows nothing against somebody who shares nothing with anybody', async () => {
  const referrer = await people.join('quiet-a', { emails: ['quiet.a@gmail.com'], deviceId: 'quiet-1', at: earlier })
  const referee = await people.join('quiet-b', {
    emails: ['quiet.b@gmail.com'],
    deviceId: 'quiet-2',
    phone: '+919811100001',
    ip: '49.1.1.1',
  })
  expect(await factsOf(referrer, referee)).toEqual({
    ...known,
    email: { given: true, others: 0 },
    emailCollapsed: { given: true, others: 0 },
    device: { given: true, others: 0 },
    phone: { given: true, others: 0 },
    payee: { given: false, others: 0 },
    identity: { given: false, others: 0 },
    mail: { disposable: false, relay: false },
    address: { given: true, lastDay: 0, lastWeek: 0, rangeLastDay: 0, kin: 0 },
    pattern: { mailStem: 0, phoneBlock: 0 },
  })
})

it('counts accounts of the same app that had a thing earlier, not those that brought it later', async () => {
  const referrer = await people.join('dev-a')
  const first = await people.join('dev-b', { deviceId: 'shared', at: earlier })
  const second = await people.join('dev-c', { deviceId: ' shared ' })
  const elsewhere = await people.join('dev-d', { deviceId: 'only-elsewhere', in: people.stranger })
  const third = await people.join('dev-e', { deviceId: 'only-elsewhere' })
  expect(elsewhere).not.toBe(third)
  expect((await factsOf(referrer, first)).device.others).toBe(0)
  expect((await factsOf(referrer, second)).device.others).toBe(1)
  expect((await factsOf(referrer, third)).device).toEqual({ given: true, others: 0 })
})

it('counts those who were rewarded with it whenever they brought it, but not behind what is judged again', async () => {
  const referrer = await people.join('later-a')
  const first = await people.join('later-b', { phone: '+919811200001', at: earlier })
  const second = await people.join('later-c', { phone: '+919811200001' })
  await people.refer(referrer, second, after(noon, -1_000))
  expect((await factsOf(referrer, first)).phone.others).toBe(1)
  expect((await factsOf(referrer, first, { at: after(noon, -2_000), referralId: 'ref_again' })).phone.others).toBe(0)
})

it('counts what the referrer has too, whoever had it first', async () => {
  const payee = Buffer.from('one account')
  const referee = await people.join('pay-b', { payee, at: earlier })
  const referrer = await people.join('pay-a', { payee, identity: Buffer.from('id') })
  expect((await factsOf(referrer, referee)).payee.others).toBe(1)
  expect((await factsOf(await people.join('pay-c'), referee)).payee.others).toBe(0)
})

it('sees through dots, tags and subdomains of mail', async () => {
  const referrer = await people.join('mail-a', { emails: ['mail.owner@gmail.com'] })
  const dotted = await people.join('mail-b', { emails: ['m.a.i.l.owner+2@googlemail.com'] })
  expect((await factsOf(referrer, dotted)).email.others).toBe(1)
  const tagged = await people.join('mail-c', { emails: ['head+1@school.example'], at: earlier })
  const other = await people.join('mail-d', { emails: ['head+2@school.example'] })
  expect(await factsOf(tagged, other)).toMatchObject({ email: { others: 0 }, emailCollapsed: { others: 1 } })
  const throwaway = await people.join('mail-e', { emails: ['x@inbox.mailinator.com'] })
  expect((await factsOf(referrer, throwaway)).mail).toEqual({ disposable: true, relay: false })
  const allowing = referralPolicy.parse({ allowedMailDomains: ['mailinator.com'] })
  expect((await factsOf(referrer, throwaway, { policy: allowing })).mail.disposable).toBe(false)
  const relay = await people.join('mail-f', { emails: ['abc123@privaterelay.appleid.com'] })
  expect((await factsOf(referrer, relay)).mail).toEqual({ disposable: false, relay: true })
  const listed = await people.join('mail-g', { emails: ['x@mx.listed-lately.example'] })
  expect((await factsOf(referrer, listed)).mail.disposable).toBe(false)
  await people.db.transact(everyTenant, (tx) => tx.query(`insert into throwaway_domains values ('listed-lately.example')`))
  expect((await factsOf(referrer, listed)).mail.disposable).toBe(true)
})

it('counts rewards of an address by the day, and those who belong together by the week', async () => {
  const ip = '49.36.5.5'
  const referrer = await people.join('crowd-a', { ip, at: after(noon, -day * 2) })
  const other = await people.join('crowd-b')
  for (const [at, from, status] of [
    [after(noon, -day * 3), referrer, 'rewarded'],
    [after(noon, -day * 9), referrer, 'rewarded'],
    [after(noon, -3_600_000), other, 'review'],
    [after(noon, -7_200_000), referrer, 'pending'],
    [after(noon, -7_200_000), other, 'refused'],
  ] as const)
    await people.refer(from, await people.join(`crowd-${at.getTime()}-${status}`, { ip, at }), at, status)
  await people.refer(other, await people.join('neighbour', { ip: '49.36.5.99' }), noon)
  const { address } = await factsOf(referrer, await people.join('crowd-z', { ip }))
  expect(address).toEqual({ given: true, lastDay: 2, lastWeek: 3, rangeLastDay: 3, kin: 3 })
})

it('finds names and numbers that are counted up by one referrer, and not by others', async () => {
  const [one, other] = [await people.join('farm-a', { at: earlier }), await people.join('farm-b', { at: earlier })]
  for (let at = 1; at <= 3; at++)
    await people.refer(one, await people.join(`farm-c${at}`, { emails: [`asha0${at}@gmail.com`], phone: `+9198113000${at}0` }))
  const next = await people.join('farm-d', { emails: ['asha.04@gmail.com'], phone: '+919811300011' })
  expect((await factsOf(one, next)).pattern).toEqual({ mailStem: 3, phoneBlock: 3 })
  expect((await factsOf(other, next)).pattern).toEqual({ mailStem: 0, phoneBlock: 0 })
})

it('finds those who belong together, up and down and aside, where all have been at one address', async () => {
  const [here, away] = ['49.36.60.1', '49.36.61.1']
  const at = (name: string, ip = here) => people.join(`kin-${name}`, { ip })
  const [root, one, two, elsewhere, behind, last] = [
    await at('root', away),
    await at('one'),
    await at('two'),
    await at('elsewhere', away),
    await at('behind'),
    await at('last'),
  ]
  await people.refer(root, one)
  await people.refer(root, elsewhere)
  await people.refer(elsewhere, behind)
  await people.refer(one, two)
  expect((await factsOf(two, last)).address.kin).toBe(2)
  expect((await factsOf(root, last)).address.kin).toBe(2)
  expect((await factsOf(elsewhere, last)).address.kin).toBe(1)
  expect((await factsOf(await at('nobody', away), last)).address.kin).toBe(0)
})

it('keeps a trace once for each user, and renews its time', async () => {
  const id = await people.join('again', { ip: '49.36.77.1', deviceId: 'again-1' })
  const later = after(noon, day)
  await people.inside(async (tx) => {
    leaveTraces({ vault }, tx, people.tenant, id, { ip: '49.36.77.1', deviceId: 'again-1' }, later)
    const rows = await tx.query<{ kind: string; first_seen_at: Date; seen_at: Date }>(
      'select kind, first_seen_at, seen_at from user_traces where user_id = $1 order by kind',
      [id],
    )
    expect(rows).toEqual(['address', 'device', 'range'].map((kind) => ({ kind, first_seen_at: noon, seen_at: later })))
  })
})

it('finds a long line of accounts as it does a wide one', async () => {
  const ip = '49.36.62.1'
  const line = [await people.join('line-0', { ip })]
  for (let at = 1; at <= 30; at++) {
    const next = await people.join(`line-${at}`, { ip })
    await people.refer(line.at(-1) ?? '', next)
    line.push(next)
  }
  expect((await factsOf(line.at(-1) ?? '', await people.join('line-end', { ip }))).address.kin).toBeGreaterThanOrEqual(20)
})

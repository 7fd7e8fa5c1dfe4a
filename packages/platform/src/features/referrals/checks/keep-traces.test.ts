import { afterAll, beforeAll, expect, it } from 'vitest'
import { after } from '../../../base/clock.ts'
import { newId } from '../../../base/ids.ts'
import { createLogger } from '../../../base/logger.ts'
import { everyTenant } from '../../../base/tenant.ts'
import { disposableEmailBlocklist } from 'disposable-email-domains-js'
import { checkJobs } from './jobs.ts'
import { day, noon, startPeople, vault, type People } from './people.fixture.ts'
import { tracesOf } from './traces.ts'

let people: People
let now = noon
let listed: string[] = []
beforeAll(async () => {
  people = await startPeople()
})
afterAll(() => people.end())

const run = async (name: string): Promise<void> => {
  const jobs = checkJobs({
    db: people.db,
    vault,
    logger: createLogger('silent'),
    clock: { now: () => now, sleep: () => Promise.resolve() },
    throwawayList: { read: () => Promise.resolve(listed) },
  })
  await jobs.find((job) => job.name === name)?.run()
}
const query = <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
  people.db.transact(everyTenant, (tx) => tx.query<Row>(text, values))

/** Users as they were kept before there were traces. */
async function olderUsers(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId('usr', noon))
  await query(
    `insert into users (id, tenant_id, host_id, display_name, email, phone, referral_code, signup_ip, signup_device_id, created_at)
     select id, $2, id, 'x', n || '@gmail.com', '+9198' || lpad(n::text, 8, '0'), id, '49.36.0.1', 'device-' || n, $3
     from unnest($1::text[]) with ordinality u (id, n)`,
    [ids, people.tenant, noon],
  )
  return ids
}

it('leaves the traces of those who were made before, all of them, once, and forgets their devices’ names', async () => {
  const ids = await olderUsers(450)
  await run('keep-traces')
  await run('keep-traces')
  expect(await query('select count(*)::integer as count from users where traces = 0 or signup_device_id is not null')).toEqual([
    { count: 0 },
  ])
  const [key] = tracesOf({ vault }, people.tenant, { deviceId: 'device-7' })
  expect(await query(`select user_id, first_seen_at from user_traces where kind = 'device' and key = $1`, [key?.key])).toEqual([
    { user_id: ids[6], first_seen_at: noon },
  ])
})

it('and of the accounts that they are paid to', async () => {
  const [id] = await olderUsers(1)
  const fingerprint = Buffer.alloc(32, 9)
  await query(
    `insert into payees (id, tenant_id, user_id, type, fingerprint, cipher, data_key, key_version, display, created_at, updated_at)
     values ('pay_1', $1, $2, 'upi', $3, '\\x00', '\\x00', 1, 'x', $4, $4)`,
    [people.tenant, id, fingerprint, noon],
  )
  await run('keep-traces')
  const [trace] = tracesOf({ vault }, people.tenant, { payee: fingerprint })
  expect(await query(`select user_id from user_traces where kind = 'payee' and key = $1`, [trace?.key])).toEqual([{ user_id: id }])
})

it('keeps where somebody came from for 90 days', async () => {
  const [id] = await olderUsers(1)
  const six = await people.join('six', { ip: '2409:4072:1:2::3' })
  await query(`update users set signup_ip = '2409:4072:1:2::3', signup_email = 'six@gmail.com' where id = $1`, [six])
  await run('keep-traces')
  const places = () =>
    query<{ ip: string }>('select signup_ip as ip from users where id = any($1) order by 1', [[id, six]]).then((rows) =>
      rows.map(({ ip }) => ip),
    )
  const traced = () =>
    query<{ kind: string }>('select kind from user_traces where user_id = $1 order by 1', [six]).then((rows) =>
      rows.map(({ kind }) => kind),
    )
  now = after(noon, 89 * day)
  await run('keep-traces')
  expect(await places()).toEqual(['2409:4072:1:2::3', '49.36.0.1'])
  expect(await traced()).toEqual(['address', 'range'])
  now = after(noon, 91 * day)
  await run('keep-traces')
  expect(await places()).toEqual(['2409:4072:1::/48', '49.36.0.0/24'])
  expect(await traced()).toEqual([])
  expect(await query('select 1 from users where signup_email is not null')).toEqual([])
})

it('knows a deleted person for 180 days, and then no more', async () => {
  now = noon
  const id = await people.join('gone', { emails: ['gone@gmail.com'], deviceId: 'gone' })
  const stays = await people.join('stays', { deviceId: 'stays' })
  await query('update users set deleted_at = $2 where id = $1', [id, noon])
  const count = async (user: string) =>
    (await query<{ count: number }>('select count(*)::integer as count from user_traces where user_id = $1', [user]))[0]?.count
  now = after(noon, 179 * day)
  await run('keep-traces')
  expect(await count(id)).toBe(4)
  now = after(noon, 181 * day)
  await run('keep-traces')
  expect(await count(id)).toBe(0)
  expect(await count(stays)).toBe(1)
})

it('takes a newer list in the place of the last one, and keeps that one when what comes is none', async () => {
  const known = disposableEmailBlocklist().slice(0, 200)
  const domains = async () => (await query<{ domain: string }>('select domain from throwaway_domains')).map(({ domain }) => domain)
  const listOf = (name: string) => [...known, ...Array.from({ length: 1_500 }, (_, at) => `${name}${at}.example`)]
  listed = listOf('one')
  await run('refresh-throwaway-mail')
  expect(await domains()).toHaveLength(1_500)
  listed = listOf('two')
  await run('refresh-throwaway-mail')
  const second = await domains()
  expect(second).toHaveLength(1_500)
  expect(second).toContain('two7.example')
  listed = ['<html>']
  await run('refresh-throwaway-mail')
  expect(await domains()).toEqual(second)
})

import { join } from 'node:path'
import { ask, type BenchDatabase } from './bench-database.ts'
import { median, type Measurement } from './measurement.ts'

const writers = 32
const users = 10_000

/** The app's own account stands on one side of nearly every transaction: it must not be the row that everybody waits for. */
export async function hotAccount(database: BenchDatabase, rounds: number, seconds: number): Promise<Measurement[]> {
  const connection = await database.create('hot_account', true)
  await ask(connection, populate)
  await ask(connection, 'vacuum analyze')
  const rate = (script: string, forSeconds: number) =>
    database.pgbench.rate({
      connection,
      clients: writers,
      seconds: forSeconds,
      script: join(import.meta.dirname, script),
      settings: ['role=connect_app', 'connect.tenant=1'],
    })
  await rate('transfer-common.sql', 2)
  const [measured, yardstick]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    yardstick.push(await rate('transfer-random.sql', seconds))
    measured.push(await rate('transfer-common.sql', seconds))
  }
  const [books] = await ask(
    connection,
    'select sum(balance)::text as sum, count(*) filter (where balance < 0 and user_id is not null) as below from ledger_accounts',
  )
  if (books?.['sum'] !== '0' || books['below'] !== '0') throw new Error('the books are wrong after the bench')
  return [
    {
      name: 'transfers with one app account, 32 writers',
      unit: '/s',
      measured: median(measured),
      yardstick: median(yardstick),
      yardstickName: 'transfers between random users',
      target: { least: 0.8 },
    },
  ]
}

// Every user starts with enough that no transfer is refused, given through the door like all coins.
const populate = `
  insert into tenants (app_id, mode, name, created_at) values ('app_bench', 'test', 'Bench', '2026-01-01');
  insert into users (id, tenant_id, host_id, display_name, referral_code, created_at)
    select 'usr_' || lpad(n::text, 26, '0'), 1, 'user-' || n, 'User ' || n, 'R' || n, '2026-01-01' from generate_series(1, ${users}) n;
  insert into ledger_accounts (tenant_id, user_id, name) select 1, id, unnest(array['bonus', 'purchased', 'earned', 'held']) from users;
  select set_config('connect.tenant', '1', false);
  select count(d.outcome) from users u, ledger_post(1, 'txn_start_' || u.id, null, null, 'credit', null, null, 'start', null, '2026-01-01',
    array[u.id, null], array['purchased', 'issuance'], array[2, 0, 0], array[1], array[1000000::bigint], null) d`

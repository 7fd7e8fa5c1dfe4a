import type { PostgresConnection } from '../src/embedded/postgres.ts'
import { ask } from './bench-database.ts'

export interface BenchWallets {
  /** user-1 and on. */
  readonly users: number
  /** What each begins with. */
  readonly coins: number
}

/** One app with users whose first coins came through the door, like all coins: no transfer of a bench is refused. */
export async function openBenchWallets(connection: PostgresConnection, { users, coins }: BenchWallets): Promise<void> {
  await ask(
    connection,
    `
  insert into tenants (app_id, mode, name, created_at) values ('app_bench', 'test', 'Bench', '2026-01-01');
  insert into users (id, tenant_id, host_id, display_name, referral_code, created_at)
    select 'usr_' || lpad((10000000 + n)::text, 26, '0'), 1, 'user-' || n, 'User ' || n, 'R' || n, '2026-01-01' from generate_series(1, ${users}) n;
  insert into ledger_accounts (tenant_id, user_id, name) select 1, id, unnest(array['bonus', 'purchased', 'earned', 'held']) from users;
  select set_config('connect.tenant', '1', false);
  select count(d.outcome) from users u, ledger_post(1, 'txn_00000' || substr(u.id, 10), null, null, 'credit', null, null, 'start', null, '2026-01-01',
    array[u.id, null], array['purchased', 'issuance'], array[2, 0, 0], array[1], array[${coins}::bigint], null) d`,
  )
  await ask(connection, 'vacuum analyze')
}

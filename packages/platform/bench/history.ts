import type { PostgresConnection } from '../src/embedded/postgres.ts'
import { ask } from './bench-database.ts'

export interface History {
  /** Four accounts each. */
  readonly users: number
  /** Transactions of the last year, evenly over its minutes and over the users. */
  readonly transfers: number
}

const monthsBack = 11
const given = 1_000_000

/**
 * A year's books in one go, with what the door would have written: everybody's first coins, and then a coin spent again and again. Written
 * by the administrator; the verification of the ledger finds nothing wrong with it.
 */
export async function writeHistory(connection: PostgresConnection, { users, transfers }: History): Promise<void> {
  if (transfers < users || Math.ceil(transfers / users) > given) throw new Error('each user has a first credit and spends less than that')
  const months = Array.from(
    { length: monthsBack + 1 },
    (_, n) => `select ledger_make_partitions(now() - interval '${monthsBack - n} months');`,
  )
  await ask(connection, `begin; ${tenant(users)} commit; ${months.join('\n')}`)
  await ask(
    connection,
    `set max_parallel_workers_per_gather = 0; set synchronous_commit = off; ${numbered(users, transfers)} ${written(users, transfers)}`,
  )
  await ask(connection, 'drop table history')
  await ask(connection, 'vacuum analyze')
  await ask(connection, 'checkpoint')
}

const tenant = (users: number) => `
  insert into tenants (app_id, mode, name, created_at) values ('app_bench', 'test', 'Bench', '2026-01-01');
  insert into users (id, tenant_id, host_id, display_name, referral_code, created_at)
    select 'usr_' || lpad((10000000 + n)::text, 26, '0'), 1, 'user-' || n, 'User ' || n, 'R' || n, '2026-01-01' from generate_series(1, ${users}) n;
  insert into ledger_accounts (tenant_id, user_id, name) select 1, id, unnest(array['bonus', 'purchased', 'earned', 'held']) from users order by id;
  insert into ledger_accounts (tenant_id, name) values (1, 'issuance'), (1, 'revenue');`

// An id begins with its time: to the minute is near enough, and within a minute they count on.
const numbered = (users: number, transfers: number) => `
  create unlogged table history as
    with minutes as materialized (
      select m, ledger_first_id(now() - interval '330 days' + m * interval '1 minute') as begins,
        now() - interval '330 days' + m * interval '1 minute' as at from generate_series(0, 330 * 1440 - 2) m)
    select n, x.begins || lpad(n::text, 16, '0') as id, x.at, a.id as account_id, a.user_id, (n - 1) % ${users} + 1 as owner
    from generate_series(1, ${transfers}) n
    join minutes x on x.m = (n - 1) * (330 * 1440 - 1)::bigint / ${transfers}
    join ledger_accounts a on a.tenant_id = 1 and a.user_id = 'usr_' || lpad((10000001 + (n - 1) % ${users})::text, 26, '0') and a.name = 'purchased';
  create index on history (n);
  analyze history;`

const coins = (users: number) => `case when h.n <= ${users} then ${given} else -1 end`

const written = (users: number, transfers: number) => `
  insert into ledger_transactions (tenant_id, id, type, description, created_at)
    select 1, h.id, case when h.n <= ${users} then 'credit' else 'debit' end, 'bench', h.at from history h order by h.n;
  insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins, grants, expires_at)
    select 1, h.id, e.account, e.owner, e.coins, e.grants, e.expires
    from history h join history first on first.n = h.owner
    cross join (
      select max(id) filter (where name = 'issuance') as issuance, max(id) filter (where name = 'revenue') as revenue
      from ledger_accounts where user_id is null) app
    cross join lateral (values
      (h.account_id, h.user_id, ${coins(users)}, case when h.n > ${users} then jsonb_build_object(first.id, -1) end,
        case when h.n <= ${users} then 'infinity'::timestamptz end),
      (case when h.n <= ${users} then app.issuance else app.revenue end, null, -(${coins(users)}), null, null)) e (account, owner, coins, grants, expires)
    order by h.n;
  insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining)
    select h.account_id, 'infinity', h.id, 1, 'credit', ${given}, ${given} - (${transfers} - h.n) / ${users} from history h where h.n <= ${users};
  update ledger_accounts a set balance = g.remaining from ledger_grants g where g.account_id = a.id;
  update ledger_accounts set balance = case name when 'issuance' then -${given}::bigint * ${users} else ${transfers} - ${users} end where user_id is null;`

/** Where each coin came from: the grants within buckets, and the keys of transactions in a table of their own. */
export const grants = `
-- What is left of each credit of a user's bucket. The credit itself is an entry and stays for ever; a grant that is used up has no row
-- here, so this table is as big as what people own, and not as their history. Guarded by the lock on the account's row.
create table ledger_grants (
  account_id bigint not null,
  -- When the coins stop being anybody's to spend. infinity: never; -infinity: taken back, so what comes back to it pays what is owed.
  expires_at timestamptz not null,
  -- The transaction that gave the coins: with the account it is the grant's name. 'opening': what was there when grants were first kept.
  transaction_id text collate "C" not null,
  tenant_id integer not null,
  -- The type of that transaction.
  source text not null,
  coins bigint not null,
  remaining bigint not null check (remaining >= 0),
  revoked_at timestamptz,
  -- The order in which an account is drained: soonest expiry, then oldest.
  primary key (account_id, expires_at, transaction_id)
) with (fillfactor = 70);
create index ledger_grants_ending on ledger_grants (expires_at) where expires_at < 'infinity';
grant select on ledger_grants to connect_app;
call connect_fence('ledger_grants');

-- Which grants an entry took from or gave back to: {"txn_…": -5}. Of an entry that gives new coins it names only what went back.
alter table ledger_entries add column grants jsonb;
-- Set where the entry is itself a grant of new coins: when they expire, infinity for never.
alter table ledger_entries add column expires_at timestamptz;

-- Balances from before grants were kept, each as one grant: what the sums of grants begin with.
create table ledger_openings (
  tenant_id integer not null,
  account_id bigint not null,
  coins bigint not null check (coins > 0),
  primary key (account_id)
);
insert into ledger_openings (tenant_id, account_id, coins)
  select tenant_id, id, balance from ledger_accounts where user_id is not null and name in ('bonus', 'purchased', 'earned') and balance > 0;
insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining)
  select account_id, 'infinity', 'opening', tenant_id, 'opening', coins, coins from ledger_openings;
grant select on ledger_openings to connect_app;
call connect_fence('ledger_openings');

-- Keys say once what happened, for ever and over all months, so they are no part of the partitions. Those of the platform itself begin
-- with what they name in the order of time ('call-settled:call_…'): new ones stand side by side at the end of their kind.
create table ledger_keys (
  tenant_id integer not null,
  key text collate "C" not null,
  transaction_id text collate "C" not null,
  fingerprint bytea not null,
  primary key (tenant_id, key)
);
insert into ledger_keys (tenant_id, key, transaction_id, fingerprint)
  select tenant_id, key, id, fingerprint from ledger_transactions where key is not null;
drop index ledger_transactions_key;
grant select on ledger_keys to connect_app;
call connect_fence('ledger_keys');

create trigger append_only before update or delete or truncate on ledger_keys for each statement execute function connect_refuse_change();
create trigger append_only before update or delete or truncate on ledger_openings for each statement execute function connect_refuse_change();
create trigger append_only before truncate on ledger_grants for each statement execute function connect_refuse_change();
`

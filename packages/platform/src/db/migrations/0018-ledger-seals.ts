/** The chain of seals over each ledger, and the marks that tell how far it may be sealed. */
export const ledgerSeals = `
-- One row for each sealed batch, never changed: which transactions and accounts it seals, the digest of each (32 bytes, in the order of the
-- ids), and the hash over all of it and over the seal before. docs/decisions/0020-ledger-seals.md has the bytes.
create table ledger_seals (
  tenant_id integer not null references tenants,
  number bigint not null check (number >= 1),
  -- range: all transactions and accounts between the marks of the seal before and its own; late: single ones that an operator has accepted
  -- behind them.
  kind text not null check (kind in ('range', 'late')),
  previous_hash bytea not null check (octet_length(previous_hash) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  sealed_at timestamptz not null,
  -- The chain has sealed all transactions up to this id, and all accounts up to that one.
  up_to text collate "C" not null,
  up_to_account bigint not null,
  account_ids bigint[] not null,
  account_digests bytea not null,
  transaction_ids text[] collate "C" not null,
  transaction_digests bytea not null,
  entry_count bigint not null,
  -- What moved: the sum of all entries above zero.
  coins numeric not null,
  primary key (tenant_id, number),
  -- A seal has one successor.
  unique (tenant_id, previous_hash),
  check (octet_length(account_digests) = 32 * cardinality(account_ids)),
  check (octet_length(transaction_digests) = 32 * cardinality(transaction_ids))
);
-- Digests do not compress: PostgreSQL need not try.
alter table ledger_seals alter column transaction_digests set storage external;
grant select, insert on ledger_seals to connect_app;
call connect_fence('ledger_seals');
create trigger append_only before update or delete or truncate on ledger_seals for each statement execute function connect_refuse_change();

-- A moment of the past by two measures: the platform's clock, and PostgreSQL's transaction ids. When all transactions below next_xid are over,
-- nothing that was under way at marked_at can still add a row. Its lock is also the sealer's turn.
create table ledger_seal_marks (
  tenant_id integer primary key references tenants,
  marked_at timestamptz,
  next_xid xid8,
  account_id bigint not null default 0,
  -- The newest seal: without it, nobody would miss those at the chain's end.
  sealed_number bigint not null default 0
) with (fillfactor = 70);
grant select, insert, update on ledger_seal_marks to connect_app;
call connect_fence('ledger_seal_marks');
`

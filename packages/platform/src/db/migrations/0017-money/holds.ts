/** What each hold is for, and until when. */
export const holds = `
-- One row for each hold. What it took, and from which grants, the ledger says; this says whose, for what, and whether it is over.
create table ledger_holds (
  tenant_id integer not null,
  -- The transaction that took the coins.
  id text collate "C" not null,
  user_id text collate "C" not null,
  reference_type text not null,
  reference_id text collate "C" not null,
  coins bigint not null check (coins > 0),
  created_at timestamptz not null,
  -- From then on it is looked whether what it is for is over.
  expires_at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'settled', 'released')),
  closed_at timestamptz,
  -- The transaction that spent them or gave them back.
  closed_by text collate "C",
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  check ((state = 'open') = (closed_at is null))
);
create index ledger_holds_open on ledger_holds (tenant_id, user_id, id) where state = 'open';
create index ledger_holds_ending on ledger_holds (expires_at) where state = 'open';
create index ledger_holds_of on ledger_holds (tenant_id, reference_type, reference_id);
grant select, insert, update (state, closed_at, closed_by) on ledger_holds to connect_app;
call connect_fence('ledger_holds');
insert into ledger_holds (tenant_id, id, user_id, reference_type, reference_id, coins, created_at, expires_at)
  select c.tenant_id, k.transaction_id, c.caller_id, 'call', c.id, c.held_coins, c.created_at, c.created_at + interval '6 hours'
  from calls c join ledger_keys k on k.tenant_id = c.tenant_id and k.key = 'call-held:' || c.id where not c.settled and c.held_coins > 0;
`

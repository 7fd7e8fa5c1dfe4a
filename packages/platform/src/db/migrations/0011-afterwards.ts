/** What comes after a call: missed calls, ratings, disputes with their evidence, refunds. */
export const afterwards = `
alter table calls
  add column refunded_coins bigint not null default 0 check (refunded_coins between 0 and charged_coins),
  add column disputed boolean not null default false,
  -- What the provider told when the call was settled by it.
  add column provider_account jsonb;
-- Until when the user has seen the calls they missed.
alter table users add column missed_seen_at timestamptz;
create index calls_missed on calls (tenant_id, callee_id, id) where status in ('no_answer', 'canceled', 'busy');

create table call_ratings (
  tenant_id integer not null,
  call_id text collate "C" not null,
  by_side text not null check (by_side in ('caller', 'callee')),
  score smallint not null check (score between 1 and 5),
  reasons text[] not null,
  comment text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, call_id, by_side),
  foreign key (tenant_id, call_id) references calls (tenant_id, id)
);
grant select, insert, update on call_ratings to connect_app;
call connect_fence('call_ratings');

create table disputes (
  id text collate "C" primary key,
  tenant_id integer not null,
  call_id text collate "C" not null,
  opened_by text not null check (opened_by in ('caller', 'callee', 'platform')),
  reason text not null,
  comment text,
  -- The call as it was then; it stays as it is.
  evidence jsonb not null,
  status text not null default 'open' check (status in ('open', 'refunded', 'rejected')),
  refunded_coins bigint check (refunded_coins > 0),
  note text,
  opened_at timestamptz not null,
  resolved_at timestamptz,
  unique (tenant_id, id),
  foreign key (tenant_id, call_id) references calls (tenant_id, id),
  check ((status = 'open') = (resolved_at is null)),
  check ((status = 'refunded') = (refunded_coins is not null))
);
-- A call is disputed once at a time, however many try at once.
create unique index disputes_open on disputes (tenant_id, call_id) where status = 'open';
create index on disputes (tenant_id, status, id);
grant select, insert, update (status, refunded_coins, note, resolved_at, comment) on disputes to connect_app;
call connect_fence('disputes');

create table call_refunds (
  id text collate "C" primary key,
  tenant_id integer not null,
  call_id text collate "C" not null,
  dispute_id text collate "C",
  coins bigint not null check (coins > 0),
  taken_back_coins bigint not null check (taken_back_coins >= 0),
  uncollected_coins bigint not null check (uncollected_coins >= 0),
  reason text not null,
  -- Of the ledger, which nothing points into by a foreign key: the trial balance compares the two.
  transaction_id text collate "C" not null,
  created_at timestamptz not null,
  unique (tenant_id, id),
  -- A dispute pays once.
  unique (tenant_id, dispute_id),
  foreign key (tenant_id, call_id) references calls (tenant_id, id),
  foreign key (tenant_id, dispute_id) references disputes (tenant_id, id)
);
create index on call_refunds (tenant_id, call_id, id);
grant select, insert on call_refunds to connect_app;
call connect_fence('call_refunds');
create trigger append_only before update or delete or truncate on call_refunds for each statement execute function connect_refuse_change();
`

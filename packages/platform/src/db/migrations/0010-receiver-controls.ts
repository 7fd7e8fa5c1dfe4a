/** What receivers set for themselves, and those who wait for one. */
export const receiverControls = `
alter table tenants
  -- Between which prices receivers may choose their own, as coins for so many seconds; null: they may not.
  add column rate_min_coins integer check (rate_min_coins between 1 and 10000),
  add column rate_max_coins integer check (rate_max_coins between 1 and 10000),
  add column rate_bound_seconds integer check (rate_bound_seconds between 1 and 3600),
  add constraint tenants_rate_bounds check (
    num_nulls(rate_min_coins, rate_max_coins, rate_bound_seconds) in (0, 3) and rate_min_coins <= rate_max_coins);

alter table users
  -- The price a receiver chose; rate_coins and rate_seconds are the one that the host gave.
  add column own_rate_coins integer check (own_rate_coins between 1 and 10000),
  add column own_rate_seconds integer check (own_rate_seconds between 1 and 3600),
  add column time_zone text,
  -- { timeZone, from, to, days }
  add column quiet_hours jsonb,
  add column max_call_seconds integer check (max_call_seconds between 60 and 14400),
  add column max_seconds_per_day integer check (max_seconds_per_day between 60 and 86400),
  -- The day's talk is used up until then.
  add column rests_until timestamptz,
  add constraint users_own_rate check ((own_rate_coins is null) = (own_rate_seconds is null));

-- What a receiver has talked in a day.
create index calls_talked on calls (tenant_id, callee_id, answered_at) where answered_at is not null;
create index user_blocks_newest on user_blocks (tenant_id, user_id, created_at desc, blocked_id desc);

-- Who waits for a callee, in order of their ids.
create table waiters (
  id text collate "C" primary key,
  tenant_id integer not null,
  callee_id text collate "C" not null,
  waiter_id text collate "C" not null check (waiter_id <> callee_id),
  joined_at timestamptz not null,
  expires_at timestamptz not null,
  -- Until when it is this one's turn to call; null while others are before them or the callee is not free.
  turn_until timestamptz,
  unique (tenant_id, id),
  unique (tenant_id, callee_id, waiter_id),
  foreign key (tenant_id, callee_id) references users (tenant_id, id),
  foreign key (tenant_id, waiter_id) references users (tenant_id, id)
);
create index on waiters (tenant_id, waiter_id, id);
create index on waiters (tenant_id, callee_id, id);
grant select, insert, update, delete on waiters to connect_app;
call connect_fence('waiters');
`

/** Calls, and who is in one. */
export const calls = `
create table calls (
  id text collate "C" primary key,
  tenant_id integer not null references tenants,
  caller_id text collate "C" not null,
  callee_id text collate "C" not null check (callee_id <> caller_id),
  channel text not null default 'phone' check (channel in ('phone')),
  provider text not null,
  -- In the URLs that the provider calls back: who does not know it cannot speak for this call.
  callback_token text not null,
  number text not null,
  -- Kept until the call is settled, then gone.
  caller_phone text,
  callee_phone text,
  status text not null default 'initiated'
    check (status in ('initiated', 'ringing', 'in_progress', 'completed', 'busy', 'no_answer', 'declined', 'canceled', 'failed')),
  end_reason text check (end_reason in ('caller_hangup', 'callee_hangup', 'balance_exhausted', 'max_duration', 'canceled', 'declined',
    'no_answer', 'busy', 'provider_error', 'platform')),
  -- What was agreed when the call began; later changes of the app or the callee do not touch it.
  rate_coins integer not null check (rate_coins > 0),
  rate_seconds integer not null check (rate_seconds > 0),
  share_percent integer not null check (share_percent between 0 and 100),
  ring_seconds integer not null check (ring_seconds > 0),
  limit_seconds integer not null check (limit_seconds > 0),
  limit_reason text not null check (limit_reason in ('balance_exhausted', 'max_duration')),
  held_coins bigint not null check (held_coins > 0),
  charged_coins bigint not null default 0 check (charged_coins between 0 and held_coins),
  earned_coins bigint not null default 0 check (earned_coins between 0 and charged_coins),
  overrun_coins bigint not null default 0 check (overrun_coins >= 0),
  duration_seconds integer not null default 0 check (duration_seconds >= 0),
  settled boolean not null default false,
  -- The provider's word on this call could not be read: its coins stay held until it can.
  review boolean not null default false,
  review_reason text check (review_reason in
    ('unreadable', 'unreachable', 'no_provider', 'no_leg', 'goes_on', 'ledger_frozen', 'wallet_full', 'fault')),
  -- Set and committed before the provider is asked to dial: a call with it is never dialled a second time.
  dial_attempted_at timestamptz,
  caller_leg_id text,
  callee_leg_id text,
  caller_cause text,
  callee_cause text,
  end_requested_by text check (end_requested_by in ('caller', 'callee', 'platform', 'limit')),
  -- Who hung up, as the provider told while the call went on.
  ended_by text check (ended_by in ('caller', 'callee')),
  created_at timestamptz not null,
  answered_at timestamptz,
  ended_at timestamptz,
  settled_at timestamptz,
  unique (tenant_id, id),
  foreign key (tenant_id, caller_id) references users (tenant_id, id),
  foreign key (tenant_id, callee_id) references users (tenant_id, id),
  check ((status in ('initiated', 'ringing', 'in_progress')) = (ended_at is null)),
  check ((end_reason is null) = (ended_at is null)),
  check (not settled or ended_at is not null)
);
create index on calls (tenant_id, caller_id, id);
create index on calls (tenant_id, callee_id, id);
create index calls_unsettled on calls (tenant_id, id) where not settled;
create index calls_caller_leg on calls (caller_leg_id) where caller_leg_id is not null;
create index calls_parked on calls (created_at) where review;
grant select, insert, update on calls to connect_app;
call connect_fence('calls');

-- A user is in one call at most: the second row is refused, however many try at once.
create table busy_users (
  tenant_id integer not null,
  user_id text collate "C" not null,
  call_id text collate "C" not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index on busy_users (tenant_id, call_id);
grant select, insert, delete on busy_users to connect_app;
call connect_fence('busy_users');
`

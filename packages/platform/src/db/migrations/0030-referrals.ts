/** Who came by whose code, what was decided about it and why, and what it brought. */
export const referrals = `
alter table tenants
  -- What the app gives for referrals, and to whom not; null: the platform's own policy.
  add column referral jsonb,
  -- Counts its changes: the newest version in referral_policies.
  add column referral_version integer not null default 0;

-- Every policy that was ever in force, as it was read then.
create table referral_policies (
  tenant_id integer not null references tenants,
  version integer not null check (version > 0),
  policy jsonb not null,
  -- key_…
  actor text collate "C" not null,
  at timestamptz not null,
  primary key (tenant_id, version)
);
grant select, insert on referral_policies to connect_app;
call connect_fence('referral_policies');
create trigger append_only before update or delete or truncate on referral_policies for each statement execute function connect_refuse_change();

create table referrals (
  id text collate "C" primary key,
  tenant_id integer not null,
  -- null: the code was nobody's.
  referrer_id text collate "C",
  referee_id text collate "C" not null,
  code text not null,
  via text not null check (via in ('redemption', 'signup')),
  status text not null check (status in ('pending', 'review', 'rewarded', 'refused', 'expired', 'reversed')),
  -- It was not refused when the code was entered: from then on the new user belongs to this referrer, whatever becomes of it.
  attributed boolean not null,
  -- It was rewarded, and something has come out since.
  flagged boolean not null default false,
  -- Terms of the day on which the code was entered: later policies change nothing here.
  referrer_coins integer not null check (referrer_coins >= 0),
  referee_coins integer not null check (referee_coins >= 0),
  release jsonb not null,
  hold_days integer not null check (hold_days >= 0),
  expires_days integer check (expires_days > 0),
  -- As it was judged last.
  policy_version integer not null check (policy_version >= 0),
  score integer not null,
  reasons jsonb not null,
  checks text[] not null,
  -- What had to happen has happened, and by what (a top-up, a call).
  met_at timestamptz,
  met_by text collate "C",
  -- When a pending one is looked at again.
  due_at timestamptz,
  transaction_id text collate "C",
  created_at timestamptz not null,
  updated_at timestamptz not null,
  rewarded_at timestamptz,
  ended_at timestamptz,
  unique (tenant_id, id),
  foreign key (tenant_id, referrer_id) references users (tenant_id, id),
  foreign key (tenant_id, referee_id) references users (tenant_id, id),
  check (not attributed or referrer_id is not null),
  check (attributed or status = 'refused'),
  check (referrer_id is null or referrer_id <> referee_id or status = 'refused'),
  check (not flagged or status = 'rewarded'),
  check ((status in ('rewarded', 'reversed')) = (transaction_id is not null)),
  check ((status in ('refused', 'expired', 'reversed')) = (ended_at is not null))
) with (fillfactor = 80);
-- One referrer for each new user, whatever comes at once.
create unique index referrals_of_referee on referrals (tenant_id, referee_id) where attributed;
create index referrals_refused on referrals (tenant_id, referee_id, id) where not attributed;
create index referrals_of_referrer on referrals (tenant_id, referrer_id, created_at) where attributed;
create index referrals_by_time on referrals (tenant_id, created_at) where attributed;
create index on referrals (tenant_id, status, id);
create index on referrals (tenant_id, id) where flagged;
create index on referrals (tenant_id, met_by) where met_by is not null;
create index on referrals using gin (checks);
grant select, insert, update on referrals to connect_app;
call connect_fence('referrals');

-- Every step of every referral, with who took it, and why: evidence.
create table referral_steps (
  tenant_id integer not null,
  referral_id text collate "C" not null,
  step integer not null,
  event text not null,
  from_status text,
  to_status text not null,
  -- A user, a key or the platform.
  actor text collate "C" not null,
  note text,
  policy_version integer not null,
  score integer not null,
  reasons jsonb not null,
  transaction_id text collate "C",
  at timestamptz not null,
  primary key (tenant_id, referral_id, step),
  foreign key (tenant_id, referral_id) references referrals (tenant_id, id)
);
grant select, insert on referral_steps to connect_app;
call connect_fence('referral_steps');
create trigger append_only before update or delete or truncate on referral_steps for each statement execute function connect_refuse_change();

-- What a user's code has brought. Whoever decides about a referral holds the rows of both sides first, in the order of their ids.
create table referral_totals (
  tenant_id integer not null,
  user_id text collate "C" not null,
  -- pending and in review; and rewarded.
  pending integer not null default 0 check (pending >= 0),
  rewarded integer not null default 0 check (rewarded >= 0),
  coins bigint not null default 0 check (coins >= 0),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
) with (fillfactor = 60);
grant select, insert, update on referral_totals to connect_app;
call connect_fence('referral_totals');

-- Devices on which somebody's link was opened, as keyed hashes; kept for some weeks. The count stays.
create table referral_visits (
  tenant_id integer not null,
  user_id text collate "C" not null,
  device_key bytea not null,
  first_at timestamptz not null,
  primary key (tenant_id, user_id, device_key),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index on referral_visits (first_at);
grant select, insert, delete on referral_visits to connect_app;
call connect_fence('referral_visits');

-- Apart from the totals: whoever opens a link must not wait for a decision.
create table referral_reach (
  tenant_id integer not null,
  user_id text collate "C" not null,
  invited integer not null check (invited >= 0),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
) with (fillfactor = 60);
grant select, insert, update on referral_reach to connect_app;
call connect_fence('referral_reach');
`

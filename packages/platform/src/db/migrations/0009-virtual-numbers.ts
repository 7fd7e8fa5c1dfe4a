/** Virtual numbers with owners and cool-downs, the pairs that they hide, and calls that come in. */
export const virtualNumbers = `
alter table numbers
  -- ISO 3166 alpha-2; null where the numbering plan names no country.
  add column country text check (country ~ '^[A-Z]{2}$'),
  add column type text not null default 'unknown' check (type in ('local', 'mobile', 'toll_free', 'unknown')),
  add column user_id text collate "C",
  -- Until then it is given to nobody: whoever had it may still be called there by people who do not know.
  add column cooling_until timestamptz,
  -- The app has given it up, and what becomes of it at the provider: after the cool-down the row goes.
  add column leaving text check (leaving in ('keep', 'release')),
  -- The digest of the address at which the provider asks us about calls to it, as it was last told to the provider.
  add column receives_at text,
  add foreign key (tenant_id, user_id) references users (tenant_id, id),
  add check (leaving is null or cooling_until is not null),
  add check (leaving is null or user_id is null);
create unique index numbers_owner on numbers (tenant_id, user_id) where user_id is not null;
create index numbers_pool on numbers (tenant_id, provider, id);
grant update (country, type, user_id, cooling_until, leaving, receives_at), delete on numbers to connect_app;

-- What each of two people reaches by dialling the number that their phone showed: two rows a pair. A person means one other at a number.
create table number_pairs (
  tenant_id integer not null,
  number_id text collate "C" not null,
  user_id text collate "C" not null,
  other_id text collate "C" not null check (other_id <> user_id),
  last_used_at timestamptz not null,
  -- Until then dialling the number reaches the other.
  expires_at timestamptz not null,
  -- Until then the number stands for nobody else to this person.
  free_at timestamptz not null check (free_at >= expires_at),
  primary key (tenant_id, number_id, user_id),
  foreign key (tenant_id, number_id) references numbers (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, other_id) references users (tenant_id, id)
);
create index on number_pairs (tenant_id, user_id);
create index on number_pairs (tenant_id, number_id, other_id);
create index on number_pairs (free_at);
grant select, insert, update, delete on number_pairs to connect_app;
call connect_fence('number_pairs');

-- Calls to a number that were not put through, counted by day: who called is not kept.
create table refused_calls (
  tenant_id integer not null,
  number_id text collate "C" not null,
  day date not null,
  reason text not null,
  count integer not null default 1 check (count > 0),
  primary key (tenant_id, number_id, day, reason),
  foreign key (tenant_id, number_id) references numbers (tenant_id, id) on delete cascade
);
grant select, insert, update on refused_calls to connect_app;
call connect_fence('refused_calls');

-- One call for one leg that comes in, however often the provider asks about it.
create unique index calls_inbound_leg on calls (provider, caller_leg_id) where direction = 'inbound';
create index users_phone on users (tenant_id, phone) where deleted_at is null and phone is not null;

-- What callers who are not put through are told, by language and occasion, in the app's own words.
alter table tenants add column spoken_texts jsonb not null default '{}';

-- Above all tenants: the owner of these tables may be bound by their fences.
select connect_enter(0);
update numbers set country = case
  when phone_number ~ '^\\+91' then 'IN' when phone_number ~ '^\\+44' then 'GB' when phone_number ~ '^\\+1' then 'US' end;
`

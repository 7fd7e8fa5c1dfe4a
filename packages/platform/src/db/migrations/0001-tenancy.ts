/** The application's role and the lines between tenants; apps, keys, users, and the records of requests. */
export const tenancy = `
do $$ begin
  create role connect_app nologin nobypassrls;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'The database user may not create roles: let an administrator run "create role connect_app nologin nobypassrls; grant connect_app to %"', current_user;
end $$;
do $$ begin
  if not (select rolsuper from pg_roles where rolname = current_user) and not pg_has_role(current_user, 'connect_app', 'member') then
    execute format('grant connect_app to %I', current_user);
  end if;
end $$;
grant usage on schema public to connect_app;

-- The tenant that this transaction may see; 0: all (sign-in and jobs); unset: none.
create function connect_tenant() returns integer language sql stable parallel safe
  as $$ select nullif(current_setting('connect.tenant', true), '')::integer $$;
-- A statement of its own names its tenant with this.
create function connect_enter(tenant integer) returns void language plpgsql
  as $$ begin perform set_config('connect.tenant', tenant::text, true); end $$;
-- Puts the second lock on a table: its rows are seen by their own tenant only.
create procedure connect_fence(target regclass) language plpgsql as $$ begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant on %s using (tenant_id = connect_tenant() or connect_tenant() = 0) with check (tenant_id = connect_tenant() or connect_tenant() = 0)', target);
end $$;

create table tenants (
  id integer generated always as identity primary key,
  app_id text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  name text not null,
  currency text not null default 'INR',
  languages text[] not null default '{en,hi}',
  allowed_origins text[] not null default '{}',
  rate_coins integer not null default 1 check (rate_coins between 1 and 10000),
  rate_seconds integer not null default 60 check (rate_seconds between 1 and 3600),
  share_percent integer not null default 50 check (share_percent between 0 and 100),
  max_call_seconds integer not null default 3600 check (max_call_seconds between 60 and 14400),
  ring_seconds integer not null default 30 check (ring_seconds between 5 and 60),
  host_keys jsonb not null default '[]',
  ledger_frozen boolean not null default false,
  created_at timestamptz not null,
  unique (app_id, mode)
);
grant select, insert, update on tenants to connect_app;

create table api_keys (
  id text collate "C" primary key,
  tenant_id integer not null references tenants,
  kind text not null check (kind in ('publishable', 'secret')),
  label text,
  prefix text not null,
  hash bytea not null unique,
  -- Whose idempotency keys count for it: its own id, or that of the key it was rolled from. A retry may come with either.
  caller_id text collate "C" not null,
  scopes text[],
  allowed_ips text[],
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index on api_keys (tenant_id, id);
grant select, insert, update on api_keys to connect_app;
call connect_fence('api_keys');

create table signing_keys (
  kid text collate "C" primary key,
  tenant_id integer not null references tenants,
  status text not null check (status in ('next', 'current', 'previous')),
  public_jwk jsonb not null,
  -- The private key, sealed with the master key that is outside the database.
  private_sealed bytea not null,
  created_at timestamptz not null,
  -- A previous key is published until its last token has ended.
  retires_at timestamptz
);
create unique index on signing_keys (tenant_id, status) where status in ('next', 'current');
grant select, insert, update, delete on signing_keys to connect_app;
call connect_fence('signing_keys');

create table users (
  id text collate "C" primary key,
  tenant_id integer not null references tenants,
  host_id text not null,
  display_name text not null,
  phone text,
  email text,
  rate_coins integer check (rate_coins between 1 and 10000),
  rate_seconds integer check (rate_seconds between 1 and 3600),
  languages text[] not null default '{}',
  referral_code text not null,
  -- What the host told of the sign-up, for the checks of referrals.
  signup_referral_code text,
  signup_ip text,
  signup_device_id text,
  availability text not null default 'auto' check (availability in ('auto', 'always', 'never')),
  available_until timestamptz,
  blocked boolean not null default false,
  -- Tokens issued before this are void.
  tokens_valid_from timestamptz,
  created_at timestamptz not null,
  deleted_at timestamptz,
  check ((rate_coins is null) = (rate_seconds is null)),
  unique (tenant_id, id),
  unique (tenant_id, referral_code)
);
-- A deleted user's id may be used again by the host for another person.
create unique index users_host_id on users (tenant_id, host_id) where deleted_at is null;
create index users_deleted_host_id on users (tenant_id, host_id) where deleted_at is not null;
grant select, insert, update on users to connect_app;
call connect_fence('users');

create table user_blocks (
  tenant_id integer not null,
  user_id text collate "C" not null,
  blocked_id text collate "C" not null,
  created_at timestamptz not null,
  primary key (tenant_id, user_id, blocked_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, blocked_id) references users (tenant_id, id)
);
grant select, insert, delete on user_blocks to connect_app;
call connect_fence('user_blocks');

create table idempotency_keys (
  tenant_id integer not null references tenants,
  caller text collate "C" not null,
  key text collate "C" not null,
  fingerprint bytea not null,
  status integer not null,
  body jsonb,
  created_at timestamptz not null,
  primary key (tenant_id, caller, key)
);
create index on idempotency_keys (created_at);
grant select, insert, delete, update (body) on idempotency_keys to connect_app;
call connect_fence('idempotency_keys');

-- What is known of a key: new, replay (with the answer kept), reused, or in_progress (a twin holds it now).
create function idempotency_claim(p_tenant integer, p_caller text, p_key text, p_fingerprint bytea, p_since timestamptz, out outcome text, out status integer, out body jsonb)
language plpgsql as $$
declare found_row idempotency_keys;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(p_caller || ':' || p_key, p_tenant)) then
    outcome := 'in_progress'; return;
  end if;
  select * into found_row from idempotency_keys k where k.tenant_id = p_tenant and k.caller = p_caller and k.key = p_key;
  if not found then outcome := 'new'; return; end if;
  if found_row.created_at < p_since then
    delete from idempotency_keys k where k.tenant_id = p_tenant and k.caller = p_caller and k.key = p_key;
    outcome := 'new'; return;
  end if;
  if found_row.fingerprint <> p_fingerprint then outcome := 'reused'; return; end if;
  outcome := 'replay'; status := found_row.status; body := found_row.body;
end $$;

create table audit (
  id bigint generated always as identity primary key,
  tenant_id integer not null references tenants,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text,
  reason text,
  from_ip text,
  details jsonb not null default '{}'
);
create index on audit (tenant_id, id);
grant select, insert on audit to connect_app;
call connect_fence('audit');
-- Rows that are evidence stay as they were written, whoever asks.
create function connect_refuse_change() returns trigger language plpgsql
  as $$ begin raise exception '% rows are append-only', tg_table_name using errcode = 'insufficient_privilege'; end $$;
create trigger append_only before update or delete or truncate on audit for each statement execute function connect_refuse_change();
`

/** What hosts are told: events, where they go, and every try to bring them there. */
export const webhooks = `
create table webhook_endpoints (
  id text collate "C" primary key,
  tenant_id integer not null references tenants,
  url text not null,
  types text[] not null,
  -- Coin moves are many: they are written down as events only while somebody asks for them.
  wants_wallet boolean not null generated always as (types && array['*', 'wallet.*', 'wallet.credited', 'wallet.debited']) stored,
  description text,
  status text not null default 'enabled' check (status in ('enabled', 'disabled')),
  disabled_reason text check (disabled_reason in ('requested', 'gone', 'failing')),
  disabled_at timestamptz,
  secret_sealed bytea not null,
  -- Signs beside the new one until its time is over.
  previous_sealed bytea,
  previous_until timestamptz,
  created_at timestamptz not null,
  -- A deleted endpoint stays for the tries that name it.
  deleted_at timestamptz,
  last_success_at timestamptz,
  -- Rounds of deliveries without any answer, one after the other; and until when nothing is sent because of them.
  silent_rounds integer not null default 0,
  not_before timestamptz,
  -- Until when the worker that sends its deliveries is believed alive; taking grows each time, and proves whose it is.
  leased_until timestamptz,
  taking integer not null default 0,
  taken_at timestamptz,
  unique (tenant_id, id),
  check ((status = 'disabled') = (disabled_reason is not null)),
  check ((disabled_reason is null) = (disabled_at is null)),
  check ((previous_sealed is null) = (previous_until is null))
) with (fillfactor = 70);
create index webhook_endpoints_wallet on webhook_endpoints (tenant_id) where wants_wallet and status = 'enabled' and deleted_at is null;
grant select, insert, update on webhook_endpoints to connect_app;
call connect_fence('webhook_endpoints');

-- Counts the events of each object. Kept when its events are forgotten: a later event must not seem an earlier one.
create table event_sequences (
  tenant_id integer not null references tenants,
  object_id text collate "C" not null,
  latest bigint not null,
  primary key (tenant_id, object_id)
) with (fillfactor = 70);
grant select, insert, update on event_sequences to connect_app;
call connect_fence('event_sequences');

create table events (
  tenant_id integer not null references tenants,
  id text collate "C" not null,
  type text collate "C" not null,
  object_id text collate "C" not null,
  sequence bigint not null,
  data jsonb not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create index events_of_object on events (tenant_id, object_id, id);
create index events_of_type on events (tenant_id, type, id);
create index on events (created_at);
-- Of an event only the name of a person who was deleted may change.
grant select, insert, delete, update (data) on events to connect_app;
call connect_fence('events');

-- The outbox: an event and an endpoint that is to hear of it, written in the transaction of the change.
create table webhook_deliveries (
  tenant_id integer not null,
  event_id text collate "C" not null,
  endpoint_id text collate "C" not null,
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed', 'canceled')),
  -- Since it was made, or asked for anew.
  tries integer not null default 0,
  started_at timestamptz not null,
  next_at timestamptz not null,
  primary key (tenant_id, event_id, endpoint_id),
  foreign key (tenant_id, event_id) references events (tenant_id, id) on delete cascade,
  foreign key (tenant_id, endpoint_id) references webhook_endpoints (tenant_id, id)
);
create index webhook_deliveries_pending on webhook_deliveries (tenant_id, endpoint_id, next_at) where status = 'pending';
grant select, insert, update, delete on webhook_deliveries to connect_app;
call connect_fence('webhook_deliveries');

create table webhook_attempts (
  id bigint generated always as identity primary key,
  tenant_id integer not null,
  event_id text collate "C" not null,
  endpoint_id text collate "C" not null,
  at timestamptz not null,
  -- The HTTP status; null when there was no answer. Bodies are never kept.
  status integer,
  failure text,
  duration_ms integer not null check (duration_ms >= 0),
  foreign key (tenant_id, event_id, endpoint_id) references webhook_deliveries (tenant_id, event_id, endpoint_id) on delete cascade
);
create index on webhook_attempts (tenant_id, event_id, endpoint_id, id);
grant select, insert, delete on webhook_attempts to connect_app;
call connect_fence('webhook_attempts');

-- Writes events down, each with the next number of its object and a delivery for every endpoint that asks for it; answers how many
-- deliveries there are. p_events: [{id, type, object, data}], and only_to where it is for one endpoint, asked for or not.
-- The lock on an object's number lasts until the commit: its events are numbered in the order in which they become visible.
create function events_record(p_tenant integer, p_events jsonb, p_at timestamptz) returns integer
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare e record; number bigint; made integer := 0; more integer;
begin
  for e in select x.* from jsonb_to_recordset(p_events) as x(id text, type text, object text, data jsonb, only_to text) loop
    insert into event_sequences as s (tenant_id, object_id, latest) values (p_tenant, e.object, 1)
      on conflict (tenant_id, object_id) do update set latest = s.latest + 1 returning s.latest into number;
    insert into events (tenant_id, id, type, object_id, sequence, data, created_at)
      values (p_tenant, e.id, e.type, e.object, number, e.data, p_at);
    insert into webhook_deliveries (tenant_id, event_id, endpoint_id, started_at, next_at)
      select p_tenant, e.id, w.id, p_at, p_at from webhook_endpoints w
      where w.tenant_id = p_tenant and w.status = 'enabled' and w.deleted_at is null
        and case when e.only_to is null then w.types && array['*', e.type, split_part(e.type, '.', 1) || '.*'] else w.id = e.only_to end;
    get diagnostics more = row_count;
    made := made + more;
  end loop;
  return made;
end $$;

-- wallet_move and wallet_move_group, telling of the coins they moved where an endpoint asks for it: in the same statement, and at the
-- price of one look into an index where none does. The event has the number of its ledger transaction.
create function wallet_move_told(
  p_tenant integer, p_caller text, p_key text, p_fingerprint bytea, p_since timestamptz,
  p_id text, p_host_user text, p_type text, p_bucket text, p_coins bigint, p_reason text, p_metadata jsonb, p_at timestamptz,
  out outcome text, out body jsonb, out user_id text
) language plpgsql set search_path = public, pg_temp set enable_seqscan = off as $$
declare moved record; told integer;
begin
  moved := wallet_move(p_tenant, p_caller, p_key, p_fingerprint, p_since, p_id, p_host_user, p_type, p_bucket, p_coins, p_reason, p_metadata, p_at);
  outcome := moved.outcome;
  body := moved.body;
  user_id := moved.user_id;
  if outcome = 'new' and moved.status = 201 and exists (
    select from webhook_endpoints w where w.tenant_id = p_tenant and w.wants_wallet and w.status = 'enabled' and w.deleted_at is null
  ) then
    told := events_record(p_tenant, jsonb_build_array(jsonb_build_object(
      'id', 'evt' || substr(p_id, 4), 'type', 'wallet.' || p_type || 'ed', 'object', user_id, 'data', body)), p_at);
  end if;
end $$;

create function wallet_move_group_told(p_tenant integer, p_wishes jsonb) returns jsonb
language plpgsql set search_path = public, pg_temp set enable_seqscan = off as $$
declare answers jsonb; moved jsonb; told integer;
begin
  answers := wallet_move_group(p_tenant, p_wishes);
  if exists (
    select from webhook_endpoints w where w.tenant_id = p_tenant and w.wants_wallet and w.status = 'enabled' and w.deleted_at is null
  ) then
    -- In the order of the users, and of each user's moves: two groups never wait for each other's numbers.
    select jsonb_agg(jsonb_build_object(
        'id', 'evt' || substr(a.body -> 'transaction' ->> 'id', 4), 'type', 'wallet.' || (a.body -> 'transaction' ->> 'type') || 'ed',
        'object', a."userId", 'data', a.body) order by a."userId" collate "C", a.n)
      into moved from jsonb_to_recordset(answers) as a(n integer, outcome text, body jsonb, "userId" text)
      where a.outcome = 'new' and a.body ? 'transaction';
    if moved is not null then
      told := events_record(p_tenant, moved, (select max(w.at) from jsonb_to_recordset(p_wishes) as w(at timestamptz)));
    end if;
  end if;
  return answers;
end $$;
revoke all on function wallet_move_told from public;
revoke all on function wallet_move_group_told from public;
grant execute on function wallet_move_told, wallet_move_group_told to connect_app;

-- Endpoints with deliveries that are due, each for one worker at a time: those that have waited longest first. A disabled one is taken
-- too, so that its worker calls off what waits.
create function webhooks_take(p_now timestamptz, p_until timestamptz, p_limit integer)
returns table (id text, tenant_id integer, taking integer) language plpgsql set enable_seqscan = off as $$
#variable_conflict use_column
begin
  perform connect_enter(0);
  return query
    -- From one endpoint with something pending to the next along the index, past however many deliveries each has.
    with recursive waiting as (
      (select d.tenant_id, d.endpoint_id from webhook_deliveries d where d.status = 'pending' order by d.tenant_id, d.endpoint_id limit 1)
      union all
      select n.tenant_id, n.endpoint_id from waiting w cross join lateral (
        select d.tenant_id, d.endpoint_id from webhook_deliveries d
        where d.status = 'pending' and (d.tenant_id, d.endpoint_id) > (w.tenant_id, w.endpoint_id)
        order by d.tenant_id, d.endpoint_id limit 1) n
    ), due as (
      select e.id from waiting w join webhook_endpoints e on e.tenant_id = w.tenant_id and e.id = w.endpoint_id
      where (e.leased_until is null or e.leased_until <= p_now) and (e.not_before is null or e.not_before <= p_now)
        and exists (select from webhook_deliveries d
          where d.tenant_id = e.tenant_id and d.endpoint_id = e.id and d.status = 'pending' and d.next_at <= p_now)
      order by e.taken_at nulls first limit p_limit for no key update of e skip locked)
    update webhook_endpoints e set leased_until = p_until, taking = e.taking + 1, taken_at = p_now
    from due where e.id = due.id returning e.id, e.tenant_id, e.taking;
end $$;

create function webhooks_release(p_id text, p_taking integer, p_not_before timestamptz) returns void language plpgsql as $$ begin
  perform connect_enter(0);
  update webhook_endpoints e set leased_until = null, not_before = greatest(e.not_before, p_not_before)
  where e.id = p_id and e.taking = p_taking;
end $$;

create function webhooks_renew(p_ids text[], p_takings integer[], p_until timestamptz) returns void language plpgsql as $$ begin
  perform connect_enter(0);
  update webhook_endpoints e set leased_until = p_until
  from unnest(p_ids, p_takings) as mine(id, taking) where e.id = mine.id and e.taking = mine.taking and e.leased_until is not null;
end $$;
`

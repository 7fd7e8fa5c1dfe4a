/** What happens for each message of a provider and each task, in one round trip: at fifty calls a second the trips are what costs. */
export const roundTrips = `
-- Stores a message, once, with the task that works on it. False when it is known already.
-- p_only_leg: all that the message tells is that this leg is the caller's. Where the call knows it, nothing is left to be done.
create function inbox_accept(p_tenant integer, p_provider text, p_delivery text, p_call text, p_payload jsonb, p_only_leg text, p_task text,
  p_now timestamptz)
returns boolean language plpgsql as $$
declare
  done boolean;
begin
  perform connect_enter(p_tenant);
  done := p_only_leg is not null
    and exists (select from calls c where c.tenant_id = p_tenant and c.id = p_call and c.caller_leg_id = p_only_leg);
  insert into inbox (provider, delivery_id, tenant_id, call_id, payload, received_at, applied_at)
  values (p_provider, p_delivery, p_tenant, p_call, p_payload, p_now, case when done then p_now end)
  on conflict (provider, delivery_id) do nothing;
  if not found then return false; end if;
  if done then return true; end if;
  insert into tasks (tenant_id, kind, subject, run_at) values (p_tenant, p_task, p_call, p_now)
  on conflict (tenant_id, kind, subject) do update set run_at = least(tasks.run_at, excluded.run_at);
  return true;
end $$;

-- Whether a task was taken or finished may be forgotten by a crash: it is then done again, as after every crash. So nobody waits for the
-- disk here; what the tasks themselves change is flushed with everything before it, as ever.
create function tasks_unflushed() returns void language sql as $$ select set_config('synchronous_commit', 'off', true) $$;

create or replace function tasks_take(p_now timestamptz, p_until timestamptz, p_limit integer, p_kinds text[]) returns setof tasks
language plpgsql as $$ begin
  perform connect_enter(0), tasks_unflushed();
  return query
    with silent as (select t.id from tasks t where t.leased_until <= p_now and t.kind = any (p_kinds) order by t.leased_until limit p_limit for update skip locked),
    due as (select t.id from tasks t where t.leased_until is null and t.run_at <= p_now and t.kind = any (p_kinds) order by t.run_at limit p_limit for update skip locked),
    chosen as (select s.id from silent s union all select d.id from due d limit p_limit)
    update tasks t set
      leased_until = p_until,
      -- A run that was asked for while the silent worker had it stays asked for.
      run_at = case when t.leased_until is null then 'infinity' else t.run_at end,
      taking = t.taking + 1,
      attempt = t.attempt + 1
    from chosen where t.id = chosen.id
    returning t.*;
end $$;

-- Finishes several tasks as tasks_finish does one; answers how many of them are to run again.
create function tasks_finish_all(p_ids bigint[], p_takings integer[]) returns integer language plpgsql as $$
declare
  again integer;
begin
  perform connect_enter(0), tasks_unflushed();
  -- In the order of their ids, so that two processes never wait for each other's rows.
  perform from tasks t where t.id = any (p_ids) order by t.id for update;
  with done as (select * from unnest(p_ids, p_takings) as d(id, taking)),
  gone as (delete from tasks t using done d where t.id = d.id and t.taking = d.taking and t.run_at = 'infinity' returning t.id)
  update tasks t set leased_until = null, attempt = 0
  from done d where t.id = d.id and t.taking = d.taking and not exists (select from gone g where g.id = t.id);
  get diagnostics again = row_count;
  return again;
end $$;
`

/** Work that is done by whom it came to: what is due at once is written down as taken, and looked for only where nobody took it. */
export const fewerWrites = `
-- Each of these rows names a row that has a tenant: its own look into the tenants is one too many at every write.
alter table inbox drop constraint inbox_tenant_id_fkey;
alter table calls drop constraint calls_tenant_id_fkey;

-- A call is written several times while it lives: mostly on its own page.
alter table calls set (fillfactor = 60);
alter table inbox set (fillfactor = 80);

-- Takes due tasks of these kinds, and tells in a last row without an id when the next of them falls due before p_ahead.
-- A usual look reads from p_since on: what was due before it was taken by an earlier look. A look without p_since reads everything, and
-- finds those whose worker is silent.
-- The plans are told what they are for: the table is nearly empty when it is first read, and no whole reading of it is cheap later on.
create function tasks_look(p_now timestamptz, p_since timestamptz, p_ahead timestamptz, p_until timestamptz, p_limit integer, p_kinds text[])
returns table (id bigint, tenant_id integer, kind text, subject text, payload jsonb, attempt integer, taking integer, next_at timestamptz)
language plpgsql set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  entered text := set_config('connect.tenant', '0', true);
  chosen bigint[] := '{}';
  since timestamptz := coalesce(p_since, '-infinity');
begin
  if p_since is null then
    chosen := array(
      select t.id from tasks t where t.leased_until <= p_now and t.kind = any (p_kinds)
      order by t.leased_until limit p_limit for no key update skip locked);
  end if;
  chosen := chosen || array(
    select t.id from tasks t where t.leased_until is null and t.run_at > since and t.run_at <= p_now and t.kind = any (p_kinds)
    order by t.run_at limit p_limit - cardinality(chosen) for no key update skip locked);
  if cardinality(chosen) > 0 then
    perform tasks_unflushed();
    return query
      update tasks t set
        leased_until = p_until,
        -- A run that was asked for while the silent worker had it stays asked for.
        run_at = case when t.leased_until is null then 'infinity' else t.run_at end,
        taking = t.taking + 1,
        attempt = t.attempt + 1
      where t.id = any (chosen)
      returning t.id, t.tenant_id, t.kind, t.subject, t.payload, t.attempt, t.taking, null::timestamptz;
  end if;
  return query select null::bigint, null::integer, null::text, null::text, null::jsonb, null::integer, null::integer, (
    select t.run_at from tasks t where t.leased_until is null and t.run_at > p_now and t.run_at <= p_ahead and t.kind = any (p_kinds)
    order by t.run_at limit 1);
end $$;

-- Forgets finished tasks. One that was added again while it ran, and is due, stays with its worker until p_until, and is answered. One
-- that was added for later waits. Whoever calls it names them in the order of their ids, so that two processes never wait for each other.
create function tasks_end(p_ids bigint[], p_takings integer[], p_now timestamptz, p_until timestamptz)
returns table (id bigint, payload jsonb) language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  entered text := set_config('connect.tenant', '0', true) || set_config('synchronous_commit', 'off', true);
begin
  for n in 1 .. cardinality(p_ids) loop
    delete from tasks t where t.id = p_ids[n] and t.taking = p_takings[n] and t.run_at = 'infinity';
    continue when found;
    return query
      update tasks t set run_at = 'infinity', leased_until = p_until, attempt = 1
      where t.id = p_ids[n] and t.taking = p_takings[n] and t.run_at <= p_now returning t.id, t.payload;
    continue when found;
    update tasks t set leased_until = null, attempt = 0 where t.id = p_ids[n] and t.taking = p_takings[n];
  end loop;
end $$;

-- Passes over a task that its own work is just ending: to wait for that would be to wait for what may wait for the others.
create or replace function tasks_renew(p_ids bigint[], p_takings integer[], p_until timestamptz) returns void
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  entered text := set_config('connect.tenant', '0', true);
begin
  perform tasks_unflushed();
  update tasks t set leased_until = p_until where t.id in (
    select s.id from tasks s join unnest(p_ids, p_takings) as mine(id, taking) on s.id = mine.id and s.taking = mine.taking
    where s.leased_until is not null order by s.id for no key update of s skip locked);
end $$;

-- As before; forgotten by a crash, the task is found with its lease run out, and does no more than at any other time.
create or replace function tasks_return(p_id bigint, p_taking integer, p_at timestamptz) returns void
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  entered text := set_config('connect.tenant', '0', true) || set_config('synchronous_commit', 'off', true);
begin
  update tasks t set leased_until = null, run_at = least(t.run_at, p_at) where t.id = p_id and t.taking = p_taking;
end $$;

-- Stores a message, once, with the task that works on it: taken until p_until by the process that stores it, or with null for anybody.
-- p_only_leg: all that the message tells is that this leg is the caller's. Where the call knows it, nothing is left to be done, and nothing
-- that a crash could lose: nobody waits for the disk. Answers the id of the task where the process has it.
create function inbox_store(p_tenant integer, p_provider text, p_delivery text, p_call text, p_payload jsonb, p_only_leg text, p_task text,
  p_now timestamptz, p_until timestamptz, out is_new boolean, out is_left boolean, out task_id bigint)
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  entered text := set_config('connect.tenant', p_tenant::text, true);
  done boolean := false;
begin
  if p_only_leg is not null then
    done := exists (select from calls c where c.tenant_id = p_tenant and c.id = p_call and c.caller_leg_id = p_only_leg);
  end if;
  insert into inbox (provider, delivery_id, tenant_id, call_id, payload, received_at, applied_at)
  values (p_provider, p_delivery, p_tenant, p_call, p_payload, p_now, case when done then p_now end)
  on conflict (provider, delivery_id) do nothing;
  is_new := found;
  is_left := is_new and not done;
  if not is_left then
    perform tasks_unflushed();
    return;
  end if;
  insert into tasks as t (tenant_id, kind, subject, run_at, leased_until, taking, attempt)
  values (p_tenant, p_task, p_call, case when p_until is null then p_now else 'infinity' end, p_until,
    (p_until is not null)::integer, (p_until is not null)::integer)
  on conflict (tenant_id, kind, subject) do update set run_at = least(t.run_at, p_now)
  returning case when t.run_at = 'infinity' then t.id end into task_id;
end $$;
`

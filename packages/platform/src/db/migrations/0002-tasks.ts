/** Durable work: what is done after a commit or at a later time, by whichever process is alive. Tenant 0: the platform's own. */
export const tasks = `
create table tasks (
  id bigint generated always as identity primary key,
  tenant_id integer not null,
  kind text collate "C" not null,
  subject text collate "C" not null,
  payload jsonb not null default '{}',
  -- When it is due. While a worker has it: infinity, or the time of the next run when it was added again meanwhile.
  run_at timestamptz not null,
  -- Until when the worker that took it is believed alive.
  leased_until timestamptz,
  -- Grows with each taking: a worker whose lease has run out cannot finish what another has taken since.
  taking integer not null default 0,
  attempt integer not null default 0,
  unique (tenant_id, kind, subject)
) with (fillfactor = 70);
create index tasks_due on tasks (run_at) where leased_until is null;
create index tasks_leased on tasks (leased_until) where leased_until is not null;
grant select, insert, update, delete on tasks to connect_app;
call connect_fence('tasks');

-- Takes due tasks of these kinds, and those whose worker is silent; two workers never take the same. While two releases run side by side,
-- each leaves to the other what it does not know.
create function tasks_take(p_now timestamptz, p_until timestamptz, p_limit integer, p_kinds text[]) returns setof tasks language plpgsql as $$ begin
  perform connect_enter(0);
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

-- Forgets a finished task, unless it was added again while it ran.
create function tasks_finish(p_id bigint, p_taking integer) returns void language plpgsql as $$ begin
  perform connect_enter(0);
  with gone as (delete from tasks t where t.id = p_id and t.taking = p_taking and t.run_at = 'infinity' returning t.id)
  update tasks t set leased_until = null, attempt = 0
  where t.id = p_id and t.taking = p_taking and not exists (select from gone);
end $$;

-- Gives a task back to be run at that time, or earlier if that was asked for while it ran.
create function tasks_return(p_id bigint, p_taking integer, p_at timestamptz) returns void language plpgsql as $$ begin
  perform connect_enter(0);
  update tasks t set leased_until = null, run_at = least(t.run_at, p_at) where t.id = p_id and t.taking = p_taking;
end $$;

create function tasks_renew(p_ids bigint[], p_takings integer[], p_until timestamptz) returns void language plpgsql as $$ begin
  perform connect_enter(0);
  update tasks t set leased_until = p_until
  from unnest(p_ids, p_takings) as mine(id, taking) where t.id = mine.id and t.taking = mine.taking and t.leased_until is not null;
end $$;

-- When the next task of these kinds falls due. Read in order of time, past the few of other kinds.
create function tasks_next(p_kinds text[]) returns timestamptz language plpgsql as $$ begin
  perform connect_enter(0);
  return least(
    (select t.run_at from tasks t where t.leased_until is null and t.kind = any (p_kinds) order by t.run_at limit 1),
    (select t.leased_until from tasks t where t.leased_until is not null and t.kind = any (p_kinds) order by t.leased_until limit 1));
end $$;
`

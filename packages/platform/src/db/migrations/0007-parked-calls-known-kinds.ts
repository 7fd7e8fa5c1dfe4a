/** Why a call is parked; and workers that take only the kinds of tasks they know. */
export const parkedCallsKnownKinds = `
alter table calls add column review_reason text check (review_reason in
  ('unreadable', 'unreachable', 'no_provider', 'no_leg', 'goes_on', 'ledger_frozen', 'wallet_full', 'fault'));
create index calls_parked on calls (created_at) where review;

-- As tasks_take, for these kinds only: while two releases run side by side, each leaves to the other what it does not know.
create function tasks_take_known(p_now timestamptz, p_until timestamptz, p_limit integer, p_kinds text[]) returns setof tasks language plpgsql as $$ begin
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

-- When the next task of these kinds falls due. Read in order of time, past the few of other kinds.
create function tasks_next_known(p_kinds text[]) returns timestamptz language plpgsql as $$ begin
  perform connect_enter(0);
  return least(
    (select t.run_at from tasks t where t.leased_until is null and t.kind = any (p_kinds) order by t.run_at limit 1),
    (select t.leased_until from tasks t where t.leased_until is not null and t.kind = any (p_kinds) order by t.leased_until limit 1));
end $$;
`

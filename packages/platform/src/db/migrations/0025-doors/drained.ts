/** What is asked for at each end of a call, and must not cost more with every month there is. */
export const drained = `
-- What transactions took from a user's grants, in the order in which those are drained. Each part is asked for between the first and the last
-- of its ids, so that PostgreSQL opens their months and no other; only bonus coins end, so only their grants are looked up.
-- Entries from before grants were kept took from what the grant 'opening' stands for.
create function ledger_drained(p_tenant integer, p_ids text[], p_user text) returns table (name text, grant_id text, coins bigint)
language plpgsql set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
declare
  first text collate "C" := (select min(i.id collate "C") from unnest(p_ids) i (id));
  last text collate "C" := (select max(i.id collate "C") from unnest(p_ids) i (id));
  names text[]; grants text[]; taken bigint[]; bonus text[]; known text[]; ends timestamptz[];
begin
  select array_agg(d.name), array_agg(d.key), array_agg(d.coins) into names, grants, taken from (
    select a.name, x.key, sum(-x.value::bigint) as coins
    from ledger_entries e join ledger_accounts a on a.tenant_id = p_tenant and a.id = e.account_id
    cross join lateral jsonb_each_text(coalesce(e.grants, jsonb_build_object('opening', e.coins))) x
    where e.tenant_id = p_tenant and e.transaction_id = any (p_ids) and e.transaction_id between first and last and e.user_id = p_user
      and e.coins < 0 and a.name in ('bonus', 'purchased', 'earned')
    group by a.name, x.key) d;
  if 'bonus' = any (names) then
    bonus := array(select d.key from unnest(names, grants) d (name, key) where d.name = 'bonus' and d.key <> 'opening' order by d.key collate "C");
    first := bonus[1];
    last := bonus[cardinality(bonus)];
    select array_agg(e.transaction_id), array_agg(e.expires_at) into known, ends
      from ledger_entries e join ledger_accounts a on a.tenant_id = p_tenant and a.id = e.account_id
      where e.tenant_id = p_tenant and e.transaction_id = any (bonus) and e.transaction_id between first and last and e.user_id = p_user and a.name = 'bonus';
  end if;
  return query select d.name, d.key, d.coins from unnest(names, grants, taken) d (name, key, coins)
    left join unnest(known, ends) k (key, until) on d.name = 'bonus' and k.key = d.key
    order by d.name, coalesce(k.until, 'infinity'), d.key collate "C";
end $$;

-- How many coins a transaction put on hold.
create function ledger_held(p_tenant integer, p_id text, p_user text) returns bigint
language plpgsql set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return (select e.coins from ledger_entries e join ledger_accounts a on a.tenant_id = p_tenant and a.id = e.account_id
    where e.tenant_id = p_tenant and e.transaction_id = p_id and e.user_id = p_user and a.name = 'held' and e.coins > 0);
end $$;
revoke all on function ledger_drained from public;
revoke all on function ledger_held from public;
grant execute on function ledger_drained, ledger_held to connect_app;
`

/** The narrow door: one move between two accounts, which is what most postings are. */
export const transfer = `
-- As ledger_post, for one move of a user's bucket with another user's or with an account of the app (p_second null): p_coins to the first, or
-- from it when below zero. The users are in address order. It writes at once, each row once, and looks afterwards: whatever is not
-- usual (too few coins or in several grants, a key that is known, a frozen ledger, a very full wallet, an account that is missing or none to be
-- spent from) it takes back, and leaves the posting to ledger_post, which locks and looks first.
-- Answers the outcome, and behind it what ledger_post tells: 'posted', 'replay txn_…', 'insufficient 5'.
-- Every statement and expression costs a few microseconds in each transaction anew, which is why there are so few.
create function ledger_transfer(
  p_tenant integer, p_id text, p_key text, p_fingerprint bytea, p_type text, p_reference_type text, p_reference_id text,
  p_description text, p_metadata jsonb, p_at timestamptz,
  p_first text, p_first_name text, p_second text, p_second_name text, p_coins bigint, p_expires timestamptz
) returns text language plpgsql security definer set search_path = public, pg_temp
set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  first bigint; second bigint; grantor text; remains bigint; until timestamptz; took jsonb; ends timestamptz; known boolean := true; door record;
begin
  -- The door opens from inside the tenant only: its owner may stand above row-level security.
  if connect_tenant() is distinct from p_tenant then
    raise exception 'not inside this tenant' using errcode = 'insufficient_privilege';
  end if;
  update ledger_accounts a set balance = a.balance + p_coins
    where a.tenant_id = p_tenant and a.user_id = p_first and a.name = p_first_name and a.shard = 0
      and a.plain and a.balance + p_coins between 0 and 9007199254740991 / 4 returning a.id into first;
  if p_second is not null then
    update ledger_accounts a set balance = a.balance - p_coins
      where a.tenant_id = p_tenant and a.user_id = p_second and a.name = p_second_name and a.shard = 0
        and a.plain and a.balance - p_coins between 0 and 9007199254740991 / 4 returning a.id into second;
  end if;
  -- The first grant in the order of draining: nearly always it has all that is asked of it.
  if p_coins < 0 or p_second is not null then
    update ledger_grants f set remaining = f.remaining - abs(p_coins)
      where f.ctid = (
        select g.ctid from ledger_grants g where g.account_id = case when p_coins < 0 then first else second end and g.expires_at > p_at
        order by g.expires_at, g.transaction_id limit 1) and f.remaining >= abs(p_coins)
      returning f.transaction_id, f.expires_at, f.remaining, jsonb_build_object(f.transaction_id, -abs(p_coins)) into grantor, until, remains, took;
  end if;
  if first is not null and (second is not null or p_second is null) and (grantor is not null or p_coins > 0 and p_second is null)
    and ((p_first collate "C", p_first_name collate "C") < (p_second, p_second_name)) is not false and (p_reference_type is null) = (p_reference_id is null) then
    insert into ledger_keys (tenant_id, key, transaction_id, fingerprint)
      select p_tenant, p_key, p_id, p_fingerprint from tenants t where t.id = p_tenant and not t.ledger_frozen on conflict do nothing;
    known := not found;
  end if;

  if known then
    update ledger_accounts a set balance = a.balance - p_coins where a.id = first;
    update ledger_accounts a set balance = a.balance + p_coins where a.id = second;
    update ledger_grants f set remaining = f.remaining + abs(p_coins)
      where f.account_id = case when p_coins < 0 then first else second end and f.expires_at = until and f.transaction_id = grantor;
    door := ledger_post(p_tenant, p_id, p_key, p_fingerprint, p_type, p_reference_type, p_reference_id, p_description, p_metadata, p_at,
      array[p_first, p_second], array[p_first_name, p_second_name], array[case when p_coins < 0 then 1 else 2 end, 0, 0],
      array[case when p_coins < 0 then 2 else 1 end], array[abs(p_coins)], null, null, p_expires);
    return concat_ws(' ', door.outcome, nullif(door.transaction_id, p_id), door.missing);
  end if;

  insert into ledger_transactions (tenant_id, id, key, type, reference_type, reference_id, description, metadata, created_at)
    values (p_tenant, p_id, p_key, p_type, p_reference_type, p_reference_id, p_description, p_metadata, p_at);
  if p_coins > 0 or p_second is not null then
    insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining)
      values (case when p_coins > 0 then first else second end,
        case case when p_coins > 0 then p_first_name else p_second_name end when 'bonus' then coalesce(p_expires, 'infinity') else 'infinity' end,
        p_id, p_tenant, p_type, abs(p_coins), abs(p_coins))
      returning expires_at into ends;
  end if;
  if remains = 0 then
    delete from ledger_grants f where f.account_id = case when p_coins < 0 then first else second end
      and f.expires_at = until and f.transaction_id = grantor and f.revoked_at is null;
  end if;
  -- Where everybody writes, as late as can be.
  while second is null loop
    update ledger_accounts a set balance = a.balance - p_coins
      where a.tenant_id = p_tenant and a.user_id is null and a.name = p_second_name and a.shard = pg_backend_pid() % 64 returning a.id into second;
    exit when found;
    if not p_second_name = any(array['issuance', 'promotions', 'revenue', 'losses', 'payouts_in_flight', 'paid_out']) then
      raise exception 'an app has no account %', p_second_name using errcode = 'invalid_parameter_value';
    end if;
    insert into ledger_accounts (tenant_id, name, shard) values (p_tenant, p_second_name, pg_backend_pid() % 64) on conflict do nothing;
  end loop;
  insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins, grants, expires_at) values
    (p_tenant, p_id, first, p_first, p_coins, case when p_coins < 0 then took end, case when p_coins > 0 then ends end),
    (p_tenant, p_id, second, p_second, -p_coins, case when p_coins > 0 then took end, case when p_coins < 0 then ends end);
  return 'posted';
end $$;
revoke all on function ledger_transfer from public;
grant execute on function ledger_transfer to connect_app;
`

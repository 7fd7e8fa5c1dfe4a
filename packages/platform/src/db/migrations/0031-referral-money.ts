/** Taking a referral's reward back needs to know what is left of it, and that nobody spends it meanwhile. */
export const referralMoney = `
-- Locks the accounts of this name, in the order of their owners, and tells what is left there of the grants of a transaction.
create function ledger_grant_left(p_tenant integer, p_users text[], p_name text, p_grant text)
returns table (owner text, coins bigint)
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare account bigint;
begin
  if connect_tenant() is distinct from p_tenant then
    raise exception 'not inside this tenant' using errcode = 'insufficient_privilege';
  end if;
  for owner, account in
    select a.user_id, a.id from ledger_accounts a
    where a.tenant_id = p_tenant and a.user_id = any(p_users) and a.name = p_name and a.shard = 0
    order by a.user_id for no key update
  loop
    -- A statement of its own: what was spent while the lock was waited for is seen.
    select coalesce(sum(f.remaining), 0) into coins from ledger_grants f where f.account_id = account and f.transaction_id = p_grant;
    return next;
  end loop;
end $$;
revoke all on function ledger_grant_left from public;
grant execute on function ledger_grant_left to connect_app;
`

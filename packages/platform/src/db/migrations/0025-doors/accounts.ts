/** What a posting has to know of an account, kept in its row: reading a long check anew cost each of them a twentieth of its time. */
export const accounts = `
-- Owners who are no superusers see all rows of a fenced table as jobs do.
select set_config('connect.tenant', '0', true);

-- sign: 1, a user's bucket, never below zero; -1, what a user owes, never above; 0, an account of the app, without a floor.
-- plain: a bucket that is spent from, of a wallet in which no account has more than a quarter of what a wallet may hold. Four quarters are a
-- whole, so a posting to it need not add the others up. An account that grows over its quarter takes the mark from all accounts of its
-- user, and waits for those who are writing to them.
alter table ledger_accounts add column sign smallint not null default 1, add column plain boolean not null default true;
create function ledger_account_kind() returns trigger language plpgsql as $$ begin
  new.sign := case when new.user_id is null then 0 when new.name = 'owed' then -1 else 1 end;
  new.plain := new.user_id is not null and new.name in ('bonus', 'purchased', 'earned');
  return new;
end $$;
create trigger kind before insert on ledger_accounts for each row execute function ledger_account_kind();
-- Most rows are what the columns' defaults say, and are not written anew.
update ledger_accounts a set sign = case when a.user_id is null then 0 when a.name = 'owed' then -1 else 1 end, plain = false
  where a.user_id is null or a.name in ('held', 'owed') or (a.tenant_id, a.user_id) in (
    select o.tenant_id, o.user_id from ledger_accounts o where o.user_id is not null and o.balance > 9007199254740991 / 4);
alter table ledger_accounts drop constraint never_negative;
alter table ledger_accounts add constraint never_negative check (balance * sign >= 0);
`

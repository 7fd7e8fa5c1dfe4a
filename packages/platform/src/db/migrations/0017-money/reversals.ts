/** What a transaction takes back, and what a user owes when it can no longer be taken. */
export const reversals = `
-- The transaction that this one takes back, in whole or in part.
alter table ledger_transactions add column reverses text collate "C";
create index ledger_transactions_reversals on ledger_transactions (tenant_id, reverses) where reverses is not null;

-- A user's account 'owed' is at most zero: what is missing to zero is what the app is still to get from them.
alter table ledger_accounts drop constraint never_negative;
alter table ledger_accounts add constraint never_negative
  check (user_id is null or case name when 'owed' then balance <= 0 else balance >= 0 end);
-- Its column is never changed, so that a new balance touches no index.
create index ledger_accounts_owed on ledger_accounts (tenant_id, user_id) where name = 'owed';
`

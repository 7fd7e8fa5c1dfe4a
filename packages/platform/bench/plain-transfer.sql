-- The plain reference: what a transfer of a double-entry ledger is at least. One function: the transfer's row under a unique key, two
-- entries, two balances. Nobody is refused, nothing is fenced, no grant is kept.
create table plain_accounts (id bigint primary key, balance bigint not null) with (fillfactor = 50);
create table plain_transfers (id bigint generated always as identity primary key, key text not null unique, created_at timestamptz not null);
create table plain_entries (transfer_id bigint not null, account_id bigint not null, coins bigint not null, primary key (transfer_id, account_id));
create function plain_transfer(p_key text, p_from bigint, p_to bigint, p_coins bigint) returns bigint language plpgsql as $$
declare transfer bigint;
begin
  insert into plain_transfers (key, created_at) values (p_key, now()) returning id into transfer;
  insert into plain_entries (transfer_id, account_id, coins) values (transfer, p_from, -p_coins), (transfer, p_to, p_coins);
  -- In the order of their numbers, so that no two transfers wait for each other in a circle.
  update plain_accounts set balance = balance + case when id = p_from then -p_coins else p_coins end where id = least(p_from, p_to);
  update plain_accounts set balance = balance + case when id = p_from then -p_coins else p_coins end where id = greatest(p_from, p_to);
  return transfer;
end $$;
insert into plain_accounts (id, balance) select n, 1000000000 from generate_series(0, 10000) n;

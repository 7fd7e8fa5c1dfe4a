/** The double-entry ledger: accounts, transactions, entries, and the one door that writes them. */
export const ledger = `
create table ledger_accounts (
  id bigint generated always as identity primary key,
  tenant_id integer not null references tenants,
  -- null: an account of the app itself.
  user_id text collate "C",
  name text collate "C" not null,
  -- The app's own accounts stand on one side of nearly every transaction. Each is spread over up to 64 rows, chosen by the writer's
  -- server process, so that no two writers wait for the same row; its balance is their sum.
  shard smallint not null default 0,
  balance bigint not null default 0,
  -- The one check that every movement pays for: PostgreSQL reads a check's text anew in each statement. What cannot change later (name
  -- and shard) is checked where an account is opened.
  constraint never_negative check (user_id is null or balance >= 0),
  unique nulls not distinct (tenant_id, user_id, name, shard),
  unique (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
) with (fillfactor = 50); -- a new balance finds room beside the old one and touches no index
grant select on ledger_accounts to connect_app;
call connect_fence('ledger_accounts');

create table ledger_transactions (
  tenant_id integer not null,
  id text collate "C" not null,
  -- What happened, said once: 'call-settled:call_…'. null where the request's Idempotency-Key says it.
  key text collate "C",
  -- Hash of what was asked for under the key.
  fingerprint bytea,
  type text not null,
  reference_type text,
  reference_id text collate "C",
  description text not null,
  metadata jsonb,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index ledger_transactions_key on ledger_transactions (tenant_id, key) where key is not null;
grant select on ledger_transactions to connect_app;
call connect_fence('ledger_transactions');

create table ledger_entries (
  tenant_id integer not null,
  transaction_id text collate "C" not null,
  account_id bigint not null,
  -- The account's owner, here once more so that a user's history is one range of an index.
  user_id text collate "C",
  coins bigint not null check (coins <> 0),
  -- No foreign keys: the door is the only writer, has made the transaction and locked the accounts itself, and nothing here can be
  -- deleted. Their checks were a quarter of a posting's cost; the trial balance makes them for all entries at once.
  primary key (tenant_id, transaction_id, account_id)
);
create index ledger_entries_of_user on ledger_entries (tenant_id, user_id, transaction_id) where user_id is not null;
grant select on ledger_entries to connect_app;
call connect_fence('ledger_entries');

-- Each check of it locks the tenant's row, for all of an app's requests the same one.
alter table idempotency_keys drop constraint idempotency_keys_tenant_id_fkey;

create trigger append_only before update or delete or truncate on ledger_transactions for each statement execute function connect_refuse_change();
create trigger append_only before update or delete or truncate on ledger_entries for each statement execute function connect_refuse_change();
create trigger append_only before delete or truncate on ledger_accounts for each statement execute function connect_refuse_change();

-- Opens a new user's wallet: its rows then lie side by side, and no two first postings race to make them.
create function wallet_open(p_tenant integer, p_user text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if connect_tenant() is distinct from p_tenant then
    raise exception 'not inside this tenant' using errcode = 'insufficient_privilege';
  end if;
  insert into ledger_accounts (tenant_id, user_id, name) select p_tenant, p_user, unnest(array['bonus', 'purchased', 'earned', 'held'])
    on conflict do nothing;
end $$;

-- THE DOOR. Nothing else inserts an entry or changes a balance, but wallet_move_group, its wider wing for many moves at once: connect_app
-- may only read these tables, and the door runs as their owner.
-- p_users and p_names: the accounts in address order, first the users' and then the app's (p_users null), so that no two postings wait
-- for each other in a circle. p_sources: for each move up to three places in that list, drained in turn, 0 for none; p_targets: one.
-- p_unit: the first move takes as many whole units as its sources have, up to its coins.
-- outcome: posted; replay (the key is known with this very content); reused (with another one); insufficient; full; frozen. Only
-- 'posted' has moved anything; a refusal leaves at most an empty account behind.
-- A connection keeps the plans of its first statements, foreign keys' checks included. enable_seqscan: one that was made while these
-- tables were small would otherwise read them from end to end when they have grown (measured: 10 ms instead of 0.2).
create function ledger_post(
  p_tenant integer, p_id text, p_key text, p_fingerprint bytea, p_type text, p_reference_type text, p_reference_id text,
  p_description text, p_metadata jsonb, p_at timestamptz,
  p_users text[], p_names text[], p_sources integer[], p_targets integer[], p_coins bigint[], p_unit bigint,
  out outcome text, out transaction_id text, out missing bigint
) language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  most constant bigint := 9007199254740991; -- 2^53 - 1: what JSON carries exactly
  accounts constant integer := cardinality(p_users);
  mine constant smallint := pg_backend_pid() % 64;
  ids bigint[]; balances bigint[]; deltas bigint[];
  account bigint; place integer; rest bigint; part bigint; known bytea; total numeric;
begin
  -- The door opens from inside the tenant only: its owner may stand above row-level security.
  if connect_tenant() is distinct from p_tenant then
    raise exception 'not inside this tenant' using errcode = 'insufficient_privilege';
  end if;
  if (p_key is null) <> (p_fingerprint is null) or (p_reference_type is null) <> (p_reference_id is null) then
    raise exception 'a key goes with its fingerprint, a type of reference with its id' using errcode = 'invalid_parameter_value';
  end if;
  for i in 1..accounts loop
    if i > 1 and (p_users[i - 1] is null and p_users[i] is not null
      or coalesce(p_users[i - 1], '') = coalesce(p_users[i], '') and p_names[i - 1] collate "C" >= p_names[i] collate "C"
      or p_users[i - 1] collate "C" > p_users[i] collate "C") then
      raise exception 'accounts are not in address order' using errcode = 'invalid_parameter_value';
    end if;
    deltas[i] := 0;
    balances[i] := 0;
    continue when p_users[i] is null; -- a row of the app is only written to, at the end
    loop
      select a.id, a.balance into account, part from ledger_accounts a
        where a.tenant_id = p_tenant and a.user_id = p_users[i] and a.name = p_names[i] and a.shard = 0 for no key update;
      exit when found;
      if not p_names[i] = any(array['bonus', 'purchased', 'earned', 'held']) then
        raise exception 'a user has no account %', p_names[i] using errcode = 'invalid_parameter_value';
      end if;
      insert into ledger_accounts (tenant_id, user_id, name) values (p_tenant, p_users[i], p_names[i]) on conflict do nothing;
    end loop;
    ids[i] := account;
    balances[i] := part;
  end loop;

  -- A twin that was first held the locks above; what it wrote is seen from here on.
  if p_key is not null then
    select t.id, t.fingerprint into transaction_id, known from ledger_transactions t where t.tenant_id = p_tenant and t.key = p_key;
    if found then outcome := case when known = p_fingerprint then 'replay' else 'reused' end; return; end if;
  end if;

  for i in 1..cardinality(p_targets) loop
    rest := p_coins[i];
    if rest <= 0 or rest > most then raise exception 'a move is of 1 to 2^53 - 1 coins' using errcode = 'invalid_parameter_value'; end if;
    if i = 1 and p_unit is not null then
      part := 0;
      for s in 1..3 loop
        place := p_sources[s];
        if place > 0 then part := part + balances[place]; end if;
      end loop;
      rest := least(rest, part / p_unit * p_unit);
      if rest = 0 then outcome := 'insufficient'; missing := p_unit - part; return; end if;
    end if;
    place := p_targets[i];
    deltas[place] := deltas[place] + rest;
    for s in (i - 1) * 3 + 1..(i - 1) * 3 + 3 loop
      place := p_sources[s];
      continue when place = 0 or rest = 0;
      -- A user's account gives what it has and no more; the app's own accounts have no floor.
      part := case when p_users[place] is null then rest else least(rest, balances[place] + deltas[place]) end;
      deltas[place] := deltas[place] - part;
      rest := rest - part;
    end loop;
    if rest > 0 then outcome := 'insufficient'; missing := rest; return; end if;
  end loop;
  for i in 1..accounts loop
    continue when p_users[i] is null or deltas[i] <= 0;
    part := 0;
    for j in 1..accounts loop
      if p_users[j] = p_users[i] then part := part + deltas[j]; end if;
    end loop;
    continue when part <= 0; -- from one bucket of a user to another
    select sum(a.balance) + part into total from ledger_accounts a where a.tenant_id = p_tenant and a.user_id = p_users[i];
    -- Of one user's four buckets each can be credited by one posting at a time: below a quarter they need not know of each other.
    continue when total <= most / 4;
    perform pg_advisory_xact_lock(hashtextextended('wallet-full:' || p_users[i], p_tenant));
    select sum(a.balance) + part into total from ledger_accounts a where a.tenant_id = p_tenant and a.user_id = p_users[i];
    if total > most then outcome := 'full'; return; end if;
  end loop;

  insert into ledger_transactions (tenant_id, id, key, fingerprint, type, reference_type, reference_id, description, metadata, created_at)
    select p_tenant, p_id, p_key, p_fingerprint, p_type, p_reference_type, p_reference_id, p_description, p_metadata, p_at
    from tenants t where t.id = p_tenant and not t.ledger_frozen
    on conflict (tenant_id, key) where key is not null do nothing;
  if not found then
    -- Either the ledger is frozen, or a twin over other accounts won the key between our look and our claim.
    select t.id, t.fingerprint into transaction_id, known from ledger_transactions t where t.tenant_id = p_tenant and t.key = p_key;
    outcome := case when not found then 'frozen' when known = p_fingerprint then 'replay' else 'reused' end;
    return;
  end if;
  for i in 1..accounts loop
    continue when deltas[i] = 0;
    if p_users[i] is not null then
      update ledger_accounts a set balance = a.balance + deltas[i] where a.id = ids[i];
      continue;
    end if;
    loop
      update ledger_accounts a set balance = a.balance + deltas[i]
        where a.tenant_id = p_tenant and a.user_id is null and a.name = p_names[i] and a.shard = mine returning a.id into account;
      exit when found;
      if not p_names[i] = any(array['issuance', 'promotions', 'revenue', 'losses', 'payouts_in_flight', 'paid_out']) then
        raise exception 'an app has no account %', p_names[i] using errcode = 'invalid_parameter_value';
      end if;
      insert into ledger_accounts (tenant_id, name, shard) values (p_tenant, p_names[i], mine) on conflict do nothing;
    end loop;
    ids[i] := account;
  end loop;
  insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins)
    select p_tenant, p_id, e.id, e.owner, e.coins from unnest(ids, p_users, deltas) as e (id, owner, coins) where e.coins <> 0;
  if not found then raise exception 'a transaction without entries' using errcode = 'invalid_parameter_value'; end if;
  outcome := 'posted';
  transaction_id := p_id;
end $$;

-- Coins given to a user by the app's server (bonus from its promotions, others newly issued), or spent by the user in the app (its revenue).
-- One statement and one transaction: claim of the Idempotency-Key, move, answer kept.
-- A refusal is kept as well, so that a late copy of a refused request cannot succeed.
-- outcome: new, replay, reused, in_progress; frozen (nothing is kept: it may be sent again).
create function wallet_move(
  p_tenant integer, p_caller text, p_key text, p_fingerprint bytea, p_since timestamptz,
  p_id text, p_host_user text, p_type text, p_bucket text, p_coins bigint, p_reason text, p_metadata jsonb, p_at timestamptz,
  out outcome text, out status integer, out body jsonb, out user_id text
) language plpgsql set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  entered text; claimed record; door record; posted text; problem text; detail text; changed jsonb; owned jsonb; names text[]; sources integer[]; target integer;
begin
  entered := set_config('connect.tenant', p_tenant::text, true); -- as connect_enter does; an expression costs less than a query
  claimed := idempotency_claim(p_tenant, p_caller, p_key, p_fingerprint, p_since);
  outcome := claimed.outcome;
  if outcome <> 'new' then
    status := claimed.status;
    body := claimed.body;
    return;
  end if;
  select u.id into user_id from users u where u.tenant_id = p_tenant and u.host_id = p_host_user and u.deleted_at is null;
  if not found then
    problem := 'not_found';
  else
    if p_type = 'credit' then
      names := array[p_bucket, case p_bucket when 'bonus' then 'promotions' else 'issuance' end];
      sources := array[2, 0, 0];
      target := 1;
    elsif p_bucket is null then
      names := array['bonus', 'earned', 'purchased', 'revenue'];
      sources := array[1, 3, 2];
      target := 4;
    else
      names := array[p_bucket, 'revenue'];
      sources := array[1, 0, 0];
      target := 2;
    end if;
    door := ledger_post(p_tenant, p_id, null, null, p_type, null, null, p_reason, p_metadata, p_at,
      array_append(array_fill(user_id, array[cardinality(names) - 1]), null), names, sources, array[target], array[p_coins], null);
    posted := door.outcome;
    if posted = 'frozen' then outcome := 'frozen'; return; end if;
    if posted = 'insufficient' then
      problem := 'insufficient_balance';
      detail := 'The wallet is ' || door.missing || ' coins short of this.';
    elsif posted = 'full' then
      problem := 'conflict';
      detail := 'A wallet holds at most 9007199254740991 coins.';
    end if;
  end if;

  if problem is not null then
    status := case problem when 'not_found' then 404 when 'conflict' then 409 else 402 end;
    body := jsonb_strip_nulls(jsonb_build_object('problem', problem, 'detail', detail));
  else
    if p_type = 'credit' then
      changed := jsonb_build_object(p_bucket, p_coins);
    elsif p_bucket is not null then
      changed := jsonb_build_object(p_bucket, -p_coins);
    else
      select jsonb_object_agg(a.name, e.coins) into changed from ledger_entries e join ledger_accounts a on a.id = e.account_id
        where e.tenant_id = p_tenant and e.transaction_id = p_id and e.user_id is not null;
    end if;
    select '{"bonus": 0, "purchased": 0, "earned": 0, "held": 0}'::jsonb || jsonb_object_agg(a.name, a.balance) into owned
      from ledger_accounts a where a.tenant_id = p_tenant and a.user_id = wallet_move.user_id;
    status := 201;
    body := jsonb_build_object(
      'transaction', jsonb_build_object('id', p_id, 'type', p_type, 'coins', case p_type when 'credit' then p_coins else -p_coins end,
        'buckets', changed, 'reference', null, 'description', p_reason,
        'createdAt', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
      'wallet', jsonb_build_object('userId', p_host_user, 'buckets', owned, 'withdrawable', owned -> 'earned',
        'balance', (owned ->> 'bonus')::bigint + (owned ->> 'purchased')::bigint + (owned ->> 'earned')::bigint));
  end if;
  insert into idempotency_keys (tenant_id, caller, key, fingerprint, status, body, created_at)
    values (p_tenant, p_caller, p_key, p_fingerprint, wallet_move.status, wallet_move.body, p_at);
end $$;

revoke all on function wallet_open from public;
revoke all on function ledger_post from public;
revoke all on function wallet_move from public;
grant execute on function wallet_open, ledger_post, wallet_move to connect_app;
`

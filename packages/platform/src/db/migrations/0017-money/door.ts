/** The one door to the ledger, as it is from here on. */
export const door = `
drop function ledger_post;
create function ledger_post(
  p_tenant integer, p_id text, p_key text, p_fingerprint bytea, p_type text, p_reference_type text, p_reference_id text,
  p_description text, p_metadata jsonb, p_at timestamptz,
  p_users text[], p_names text[], p_sources integer[], p_targets integer[], p_coins bigint[], p_unit bigint,
  p_reverses text default null,
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
      if not p_names[i] = any(array['bonus', 'purchased', 'earned', 'held', 'owed']) then
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
      part := case when p_users[place] is null or p_names[place] = 'owed' then rest else least(rest, balances[place] + deltas[place]) end;
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

  insert into ledger_transactions (tenant_id, id, key, fingerprint, type, reference_type, reference_id, description, metadata, created_at, reverses)
    select p_tenant, p_id, p_key, p_fingerprint, p_type, p_reference_type, p_reference_id, p_description, p_metadata, p_at, p_reverses
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
revoke all on function ledger_post from public;
grant execute on function ledger_post to connect_app;
`

/** The wide door: any entry, in the accounts' order. */
export const door = `
-- THE DOOR. Nothing else inserts an entry or changes a balance or a grant, but ledger_transfer, its narrow side for one move between two
-- accounts, wallet_move_group, its wider wing for many moves at once, and ledger_revoke: connect_app may only read these tables, and the
-- door runs as their owner.
-- p_users and p_names: the accounts in address order, first the users' and then the app's (p_users null), so that no two postings wait
-- for each other in a circle. p_sources: for each move up to three places in that list, drained in turn, 0 for none; p_targets: one.
-- p_unit: the first move takes as many whole units as its sources have, up to its coins.
-- p_expires: when new bonus coins expire. p_prefer: the grant that is drained first, expired or not. p_returns: {place: {grant: coins}}
-- for what goes back to grants instead of making one. p_from: 'expired' or 'revoked', for what may only be taken from such grants.
-- outcome: posted; replay (the key is known with this very content); reused (with another one); insufficient; full; frozen. Only
-- 'posted' has moved anything; a refusal leaves at most an empty account behind.
-- A connection keeps the plans of its first statements. enable_seqscan: one that was made while these tables were small would otherwise read
-- them from end to end when they have grown (measured: 10 ms instead of 0.2). Small statements, one row each: measured, they cost half of
-- one that writes all rows at once.
create or replace function ledger_post(
  p_tenant integer, p_id text, p_key text, p_fingerprint bytea, p_type text, p_reference_type text, p_reference_id text,
  p_description text, p_metadata jsonb, p_at timestamptz,
  p_users text[], p_names text[], p_sources integer[], p_targets integer[], p_coins bigint[], p_unit bigint,
  p_reverses text default null, p_expires timestamptz default null, p_prefer text default null, p_returns jsonb default null,
  p_from text default null,
  out outcome text, out transaction_id text, out missing bigint
) language plpgsql security definer set search_path = public, pg_temp
set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  most constant bigint := 9007199254740991; -- 2^53 - 1: what JSON carries exactly
  accounts constant integer := cardinality(p_users);
  own constant integer := cardinality(array_remove(p_users, null));
  mine constant smallint := pg_backend_pid() % 64;
  usual constant boolean := p_prefer is null and p_from is null;
  -- In full length from the start: PostgreSQL counts an array from the first place that is written to.
  ids bigint[] := array_fill(null::bigint, array[cardinality(p_users)]);
  e_grants jsonb[] := array_fill(null::jsonb, array[cardinality(p_users)]);
  e_expires timestamptz[] := array_fill(null::timestamptz, array[cardinality(p_users)]);
  balances bigint[]; plains boolean[]; deltas bigint[]; back bigint[]; account bigint; place integer; rest bigint; part bigint; total numeric;
  g_place integer[]; g_expires timestamptz[]; g_grant text[]; g_taken bigint[]; g_whole boolean[]; used integer; covered boolean;
  short boolean; fresh boolean; usable boolean; took jsonb; expires timestamptz; source text; known bytea; one record;
begin
  -- The door opens from inside the tenant only: its owner may stand above row-level security.
  if connect_tenant() is distinct from p_tenant then
    raise exception 'not inside this tenant' using errcode = 'insufficient_privilege';
  end if;
  if (p_key is null) <> (p_fingerprint is null) or (p_reference_type is null) <> (p_reference_id is null) then
    raise exception 'a key goes with its fingerprint, a type of reference with its id' using errcode = 'invalid_parameter_value';
  end if;
  for i in 2..accounts loop
    if p_users[i - 1] is null and p_users[i] is not null
      or coalesce(p_users[i - 1], '') = coalesce(p_users[i], '') and p_names[i - 1] collate "C" >= p_names[i] collate "C"
      or p_users[i - 1] collate "C" > p_users[i] collate "C" then
      raise exception 'accounts are not in address order' using errcode = 'invalid_parameter_value';
    end if;
  end loop;

  -- The users' accounts are locked; a row of the app is only written to, at the end.
  for i in 1..own loop
    loop
      select a.id, a.balance, a.plain into account, part, usable from ledger_accounts a
        where a.tenant_id = p_tenant and a.user_id = p_users[i] and a.name = p_names[i] and a.shard = 0 for no key update;
      exit when found;
      if not p_names[i] = any(array['bonus', 'purchased', 'earned', 'held', 'owed']) then
        raise exception 'a user has no account %', p_names[i] using errcode = 'invalid_parameter_value';
      end if;
      insert into ledger_accounts (tenant_id, user_id, name) values (p_tenant, p_users[i], p_names[i]) on conflict do nothing;
    end loop;
    ids[i] := account;
    balances[i] := part;
    plains[i] := usable;
  end loop;

  -- Twice, where more is on an account than may be taken from it.
  for attempt in 1..2 loop
    short := false;
    deltas := array_fill(0::bigint, array[accounts]);
    <<moves>>
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
        if rest = 0 then short := true; missing := p_unit - part; exit moves; end if;
      end if;
      place := p_targets[i];
      deltas[place] := deltas[place] + rest;
      for s in (i - 1) * 3 + 1..(i - 1) * 3 + 3 loop
        place := p_sources[s];
        continue when place = 0 or rest = 0;
        -- A user's bucket gives what it has and no more; what they owe and the app's own accounts have no floor.
        part := case when place > own or p_names[place] = 'owed' then rest else least(rest, balances[place] + deltas[place]) end;
        deltas[place] := deltas[place] - part;
        rest := rest - part;
      end loop;
      if rest > 0 then short := true; missing := rest; exit moves; end if;
    end loop;
    exit when short;

    -- The first grant of each account in the order of draining: nearly always it has all that is asked of it.
    used := 0;
    covered := usual;
    for i in 1..own loop
      continue when deltas[i] >= 0 or not p_names[i] in ('bonus', 'purchased', 'earned') or not covered;
      used := used + 1;
      select f.expires_at, f.transaction_id, f.remaining into expires, source, part from ledger_grants f
        where f.account_id = ids[i] and f.expires_at > p_at order by f.expires_at, f.transaction_id limit 1;
      covered := found and part >= -deltas[i];
      g_place[used] := i;
      g_expires[used] := expires;
      g_grant[used] := source;
      g_taken[used] := -deltas[i];
      g_whole[used] := part = -deltas[i];
    end loop;
    exit when covered;
    used := 0;
    covered := true;
    for i in 1..own loop
      continue when deltas[i] >= 0 or not p_names[i] in ('bonus', 'purchased', 'earned');
      rest := -deltas[i];
      for one in
        select f.expires_at, f.transaction_id, f.remaining from ledger_grants f
        where f.account_id = ids[i] and f.transaction_id = p_prefer and f.remaining > 0
        union all (
        select f.expires_at, f.transaction_id, f.remaining from ledger_grants f
        where f.account_id = ids[i] and f.transaction_id is distinct from p_prefer and f.remaining > 0 and case p_from
            when 'expired' then f.expires_at > '-infinity' and f.expires_at <= p_at
            when 'revoked' then f.expires_at = '-infinity' else f.expires_at > p_at end
        order by f.expires_at, f.transaction_id)
      loop
        used := used + 1;
        g_place[used] := i;
        g_expires[used] := one.expires_at;
        g_grant[used] := one.transaction_id;
        g_taken[used] := least(rest, one.remaining);
        g_whole[used] := one.remaining <= rest;
        rest := rest - g_taken[used];
        exit when rest = 0;
      end loop;
      -- The rest has expired, and only waits for being taken away.
      if rest > 0 then
        balances[i] := -deltas[i] - rest;
        covered := false;
      end if;
    end loop;
    exit when covered;
    if attempt = 2 then raise exception 'the grants of an account do not add up to its balance' using errcode = 'data_corrupted'; end if;
  end loop;

  if short then
    outcome := 'insufficient';
  else
    for i in 1..own loop
      continue when deltas[i] <= 0 or plains[i] and balances[i] + deltas[i] <= most / 4;
      part := 0;
      for j in 1..own loop
        if p_users[j] = p_users[i] then part := part + deltas[j]; end if;
      end loop;
      if balances[i] + deltas[i] > most / 4 then
        -- From here on all of this user's accounts know of each other: those who write to one of them are waited for.
        perform wallet_open(p_tenant, p_users[i]);
        update ledger_accounts a set plain = false where a.tenant_id = p_tenant and a.user_id = p_users[i] and a.plain;
      end if;
      continue when part <= 0; -- from one bucket of a user to another
      perform pg_advisory_xact_lock(hashtextextended('wallet-full:' || p_users[i], p_tenant));
      select sum(a.balance) + part into total from ledger_accounts a where a.tenant_id = p_tenant and a.user_id = p_users[i] and a.name <> 'owed';
      if total > most then outcome := 'full'; end if;
    end loop;
  end if;

  if outcome is null then
    fresh := true;
    if p_key is not null then
      -- A twin that holds other accounts may have the key, or get it while we wait here.
      insert into ledger_keys (tenant_id, key, transaction_id, fingerprint)
        select p_tenant, p_key, p_id, p_fingerprint from tenants t where t.id = p_tenant and not t.ledger_frozen on conflict do nothing;
      fresh := found;
    end if;
    if fresh then
      insert into ledger_transactions (tenant_id, id, key, type, reference_type, reference_id, description, metadata, created_at, reverses)
        select p_tenant, p_id, p_key, p_type, p_reference_type, p_reference_id, p_description, p_metadata, p_at, p_reverses
        from tenants t where t.id = p_tenant and (p_key is not null or not t.ledger_frozen);
      fresh := found;
    end if;
    if fresh then
      for n in 1..used loop
        if g_whole[n] then
          delete from ledger_grants f
            where f.account_id = ids[g_place[n]] and f.expires_at = g_expires[n] and f.transaction_id = g_grant[n] and f.revoked_at is null;
          continue when found;
        end if;
        update ledger_grants f set remaining = f.remaining - g_taken[n]
          where f.account_id = ids[g_place[n]] and f.expires_at = g_expires[n] and f.transaction_id = g_grant[n];
      end loop;
      if p_returns is not null then back := ledger_return(p_tenant, ids, deltas, p_returns); end if;
      for i in 1..accounts loop
        continue when deltas[i] = 0;
        took := null;
        expires := null;
        if i > own then
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
        else
          update ledger_accounts a set balance = a.balance + deltas[i] where a.id = ids[i];
          if deltas[i] < 0 then
            for n in 1..used loop
              if g_place[n] = i then took := coalesce(took, '{}') || jsonb_build_object(g_grant[n], -g_taken[n]); end if;
            end loop;
          elsif p_names[i] in ('bonus', 'purchased', 'earned') then
            rest := deltas[i];
            if p_returns is not null then
              took := p_returns -> i::text;
              rest := rest - back[i];
            end if;
            if rest > 0 then
              expires := case p_names[i] when 'bonus' then coalesce(p_expires, 'infinity') else 'infinity' end;
              insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining)
                values (ids[i], expires, p_id, p_tenant, p_type, rest, rest);
            end if;
          end if;
        end if;
        e_grants[i] := took;
        e_expires[i] := expires;
      end loop;
      insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins, grants, expires_at)
        select p_tenant, p_id, e.id, e.owner, e.coins, e.grants, e.expires
        from unnest(ids, p_users, deltas, e_grants, e_expires) e (id, owner, coins, grants, expires) where e.coins <> 0;
      if not found then raise exception 'a transaction without entries' using errcode = 'invalid_parameter_value'; end if;
      outcome := 'posted';
      transaction_id := p_id;
      return;
    end if;
  end if;
  -- What is refused now, or was claimed before, may be known already: then that answer stands.
  if p_key is not null then
    select k.transaction_id, k.fingerprint into transaction_id, known from ledger_keys k where k.tenant_id = p_tenant and k.key = p_key;
    if found then outcome := case when known = p_fingerprint then 'replay' else 'reused' end; missing := null; end if;
  end if;
  outcome := coalesce(outcome, 'frozen');
end $$;

-- Gives coins back to the very grants they came from, and answers how many by account: part of the door. A grant that never expires and is not
-- used up is just added to; else what it was is read from the entry that gave it. Each is asked for by its own id, so that only its month is
-- opened.
create function ledger_return(p_tenant integer, p_accounts bigint[], p_deltas bigint[], p_returns jsonb) returns bigint[]
language plpgsql set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
declare
  back bigint[] := array_fill(0::bigint, array[cardinality(p_accounts)]);
  one record;
begin
  for one in
    select p.key::integer as place, p_accounts[p.key::integer] as account, x.key as grantor, x.value::bigint as coins
    from jsonb_each(p_returns) p cross join lateral jsonb_each_text(p.value) x
  loop
    back[one.place] := back[one.place] + one.coins;
    if one.coins <= 0 or back[one.place] > p_deltas[one.place] then
      raise exception 'more goes back to grants than to their account' using errcode = 'invalid_parameter_value';
    end if;
    update ledger_grants f set remaining = f.remaining + one.coins
      where f.account_id = one.account and f.expires_at = 'infinity' and f.transaction_id = one.grantor and not exists (
        select from ledger_grants m where m.account_id = one.account and m.expires_at = '-infinity' and m.transaction_id = one.grantor);
    continue when found;
    insert into ledger_grants as f (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining, revoked_at)
      select one.account, case when m.account_id is not null then '-infinity' else coalesce(e.expires_at, 'infinity') end, one.grantor, p_tenant,
        coalesce(t.type, 'opening'), coalesce(e.coins - (select coalesce(sum(x.value::bigint), 0) from jsonb_each_text(e.grants) x), o.coins, one.coins),
        one.coins, m.revoked_at
      from (select) this
      left join ledger_entries e on e.tenant_id = p_tenant and e.transaction_id = one.grantor and e.account_id = one.account
      left join ledger_transactions t on t.tenant_id = p_tenant and t.id = one.grantor
      left join ledger_openings o on o.account_id = one.account and one.grantor = 'opening'
      left join ledger_grants m on m.account_id = one.account and m.expires_at = '-infinity' and m.transaction_id = one.grantor
      on conflict (account_id, expires_at, transaction_id) do update set remaining = f.remaining + excluded.remaining;
  end loop;
  return back;
end $$;

drop function ledger_give_back;
revoke all on function ledger_return from public;
`

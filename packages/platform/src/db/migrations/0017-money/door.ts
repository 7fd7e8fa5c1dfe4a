/** The one door to the ledger, as it is from here on. */
export const door = `
drop function ledger_post;

-- THE DOOR. Nothing else inserts an entry or changes a balance or a grant, but wallet_move_group, its wider wing for many moves at once,
-- and ledger_revoke: connect_app may only read these tables, and the door runs as their owner.
-- p_users and p_names: the accounts in address order, first the users' and then the app's (p_users null), so that no two postings wait
-- for each other in a circle. p_sources: for each move up to three places in that list, drained in turn, 0 for none; p_targets: one.
-- p_unit: the first move takes as many whole units as its sources have, up to its coins.
-- p_expires: when new bonus coins expire. p_prefer: the grant that is drained first, expired or not. p_returns: {place: {grant: coins}}
-- for what goes back to grants instead of making one. p_from: 'expired' or 'revoked', for what may only be taken from such grants.
-- outcome: posted; replay (the key is known with this very content); reused (with another one); insufficient; full; frozen. Only
-- 'posted' has moved anything; a refusal leaves at most an empty account behind.
-- Three statements, however many accounts there are: lock, look, write. The planner's settings: a connection keeps the plans of its first
-- statements, which may have been made while these tables were small; it is to look up rows by index.
create function ledger_post(
  p_tenant integer, p_id text, p_key text, p_fingerprint bytea, p_type text, p_reference_type text, p_reference_id text,
  p_description text, p_metadata jsonb, p_at timestamptz,
  p_users text[], p_names text[], p_sources integer[], p_targets integer[], p_coins bigint[], p_unit bigint,
  p_reverses text default null, p_expires timestamptz default null, p_prefer text default null, p_returns jsonb default null,
  p_from text default null,
  out outcome text, out transaction_id text, out missing bigint
) language plpgsql security definer set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off set plan_cache_mode = force_generic_plan as $$
declare
  most constant bigint := 9007199254740991; -- 2^53 - 1: what JSON carries exactly
  accounts constant integer := cardinality(p_users);
  own constant integer := cardinality(array_remove(p_users, null));
  mine constant smallint := pg_backend_pid() % 64;
  usual constant boolean := p_prefer is null and p_from is null;
  ids bigint[]; balances bigint[]; apps bigint[]; deltas bigint[]; frozen boolean; credited text[];
  g_account bigint[]; g_expires timestamptz[]; g_grant text[]; g_taken bigint[]; g_whole boolean[]; covered bigint; needed bigint;
  place integer; rest bigint; part bigint; total numeric; short boolean; known bytea; one record;
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
  loop
    select l.ids, l.balances, m.ids, t.ledger_frozen into ids, balances, apps, frozen
      from tenants t, (
        select array_agg(o.id order by o.n) as ids, array_agg(o.balance order by o.n) as balances from (
          select w.n, a.id, a.balance from unnest(p_users, p_names) with ordinality w (owner, name, n)
          cross join lateral (
            select x.id, x.balance from ledger_accounts x
            where x.tenant_id = p_tenant and x.user_id = w.owner and x.name = w.name and x.shard = 0 for no key update) a) o) l, (
        select array_agg(a.id order by w.n) as ids from unnest(p_names[own + 1:]) with ordinality w (name, n)
        cross join lateral (
          select s.id from ledger_accounts s where s.tenant_id = p_tenant and s.user_id is null and s.name = w.name and s.shard = mine limit 1) a) m
      where t.id = p_tenant;
    exit when coalesce(cardinality(ids), 0) = own and coalesce(cardinality(apps), 0) = accounts - own;
    for i in 1..accounts loop
      if not p_names[i] = any(case when i <= own then array['bonus', 'purchased', 'earned', 'held', 'owed']
        else array['issuance', 'promotions', 'revenue', 'losses', 'payouts_in_flight', 'paid_out'] end) then
        raise exception '% has no account %', case when i <= own then 'a user' else 'an app' end, p_names[i] using errcode = 'invalid_parameter_value';
      end if;
      insert into ledger_accounts (tenant_id, user_id, name, shard) values (p_tenant, p_users[i], p_names[i], case when i <= own then 0 else mine end)
        on conflict do nothing;
    end loop;
  end loop;
  ids := ids || apps;

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

    credited := null;
    needed := 0;
    for i in 1..own loop
      if deltas[i] > 0 then
        part := 0;
        for j in 1..own loop
          if p_users[j] = p_users[i] then part := part + deltas[j]; end if;
        end loop;
        -- Else it only went from one bucket of a user to another.
        if part > 0 then credited := array_append(credited, p_users[i]); end if;
      elsif deltas[i] < 0 and p_names[i] in ('bonus', 'purchased', 'earned') then
        needed := needed - deltas[i];
      end if;
    end loop;

    -- The first grant of each account in the order of draining: nearly always it has all that is asked of it.
    select array_agg(g.account_id), array_agg(g.expires_at), array_agg(g.transaction_id), array_agg(least(g.remaining, -w.coins)),
        array_agg(g.remaining <= -w.coins), coalesce(sum(least(g.remaining, -w.coins)), 0),
        (select max(s.total) from (
          select sum(a.balance) as total from ledger_accounts a
          where a.tenant_id = p_tenant and a.user_id = any(credited) and a.name <> 'owed' group by a.user_id) s)
      into g_account, g_expires, g_grant, g_taken, g_whole, covered, total
      from unnest(ids, deltas, p_names) w (id, coins, name)
      cross join lateral (
        select f.account_id, f.expires_at, f.transaction_id, f.remaining from ledger_grants f
        where f.account_id = w.id and f.expires_at > p_at order by f.expires_at, f.transaction_id limit 1) g
      where usual and w.coins < 0 and w.name in ('bonus', 'purchased', 'earned');
    exit when covered = needed;
    g_account := '{}'; g_expires := '{}'; g_grant := '{}'; g_taken := '{}'; g_whole := '{}'; covered := 0;
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
        part := least(rest, one.remaining);
        g_account := g_account || ids[i]; g_expires := g_expires || one.expires_at; g_grant := g_grant || one.transaction_id;
        g_taken := g_taken || part; g_whole := g_whole || (part = one.remaining);
        covered := covered + part;
        rest := rest - part;
        exit when rest = 0;
      end loop;
      -- The rest has expired, and only waits for being taken away.
      if rest > 0 then balances[i] := -deltas[i] - rest; end if;
    end loop;
    exit when covered = needed;
    if attempt = 2 then raise exception 'the grants of an account do not add up to its balance' using errcode = 'data_corrupted'; end if;
  end loop;

  -- Of one user's four buckets each can be credited by one posting at a time: below a quarter they need not know of each other.
  if not short and total + (select sum(c) from unnest(p_coins) c) > most / 4 then
    for i in 1..cardinality(credited) loop
      perform pg_advisory_xact_lock(hashtextextended('wallet-full:' || credited[i], p_tenant));
      select sum(a.balance) into total from ledger_accounts a where a.tenant_id = p_tenant and a.user_id = credited[i] and a.name <> 'owed';
      for j in 1..own loop
        if p_users[j] = credited[i] and p_names[j] <> 'owed' then total := total + deltas[j]; end if;
      end loop;
      if total > most then outcome := 'full'; end if;
    end loop;
  end if;
  if short then outcome := 'insufficient'; elsif outcome is null and frozen then outcome := 'frozen'; end if;

  if outcome is null then
    with claimed as (
      insert into ledger_keys (tenant_id, key, transaction_id, fingerprint)
        select p_tenant, p_key, p_id, p_fingerprint where p_key is not null on conflict do nothing returning 1
    ), fresh as materialized (
      select from claimed union all select where p_key is null
    ), said as (
      insert into ledger_transactions (tenant_id, id, key, type, reference_type, reference_id, description, metadata, created_at, reverses)
        select p_tenant, p_id, p_key, p_type, p_reference_type, p_reference_id, p_description, p_metadata, p_at, p_reverses from fresh
    ), balanced as (
      update ledger_accounts a set balance = a.balance + c.coins from fresh, unnest(ids, deltas) c (id, coins) where a.id = c.id and c.coins <> 0
    ), drained as (
      update ledger_grants f set remaining = f.remaining - t.taken
        from fresh, unnest(g_account, g_expires, g_grant, g_taken, g_whole) t (account, expires, source, taken, whole)
        where not t.whole and f.account_id = t.account and f.expires_at = t.expires and f.transaction_id = t.source
    ), given as (
      insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining)
        select c.id, case c.name when 'bonus' then coalesce(p_expires, 'infinity') else 'infinity' end, p_id, p_tenant, p_type, c.coins - b.coins, c.coins - b.coins
        from fresh, unnest(ids, deltas, p_names) with ordinality c (id, coins, name, n)
        cross join lateral (select coalesce(sum(r.value::bigint), 0) as coins from jsonb_each_text(p_returns -> c.n::text) r) b
        where c.coins > b.coins and c.name in ('bonus', 'purchased', 'earned')
        returning account_id, expires_at
    )
    insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins, grants, expires_at)
      select p_tenant, p_id, c.id, c.owner, c.coins,
        case when c.coins < 0 then (
            select jsonb_object_agg(t.source, -t.taken) from unnest(g_account, g_grant, g_taken) t (account, source, taken) where t.account = c.id)
          else p_returns -> c.n::text end,
        (select n.expires_at from given n where n.account_id = c.id)
      from fresh, unnest(ids, p_users, deltas) with ordinality c (id, owner, coins, n) where c.coins <> 0;
    if found then
      outcome := 'posted';
      transaction_id := p_id;
      if true = any(g_whole) then
        delete from ledger_grants f using unnest(g_account, g_expires, g_grant, g_whole) t (account, expires, source, whole)
          where t.whole and f.account_id = t.account and f.expires_at = t.expires and f.transaction_id = t.source and f.revoked_at is null;
        update ledger_grants f set remaining = 0 from unnest(g_account, g_expires, g_grant, g_whole) t (account, expires, source, whole)
          where t.whole and f.account_id = t.account and f.expires_at = t.expires and f.transaction_id = t.source and f.revoked_at is not null;
      end if;
      if p_returns is not null then perform ledger_give_back(p_tenant, ids, deltas, p_returns); end if;
      return;
    end if;
    if p_key is null or deltas = array_fill(0::bigint, array[accounts]) then
      raise exception 'a transaction without entries' using errcode = 'invalid_parameter_value';
    end if;
  end if;
  -- What is refused now, or was claimed before, may be known already: then that answer stands.
  if p_key is not null then
    select k.transaction_id, k.fingerprint into transaction_id, known from ledger_keys k where k.tenant_id = p_tenant and k.key = p_key;
    if found then outcome := case when known = p_fingerprint then 'replay' else 'reused' end; missing := null; end if;
  end if;
end $$;

-- Gives coins back to the very grants they came from: part of the door.
create function ledger_give_back(p_tenant integer, p_accounts bigint[], p_deltas bigint[], p_returns jsonb) returns void
language plpgsql set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if exists (
    select from jsonb_each(p_returns) p cross join lateral (
      select sum(r.value::bigint) as coins, min(r.value::bigint) as least from jsonb_each_text(p.value) r) s
    where s.least <= 0 or s.coins > p_deltas[p.key::integer]) then
    raise exception 'more goes back to grants than to their account' using errcode = 'invalid_parameter_value';
  end if;
  insert into ledger_grants as f (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining, revoked_at)
    select r.account, case when m.account_id is not null then '-infinity' else coalesce(e.expires_at, 'infinity') end, r.source, p_tenant,
      coalesce(t.type, 'opening'), coalesce(e.coins - (select coalesce(sum(x.value::bigint), 0) from jsonb_each_text(e.grants) x), o.coins, r.coins),
      r.coins, m.revoked_at
    from (
      select p_accounts[p.key::integer] as account, x.key as source, x.value::bigint as coins
      from jsonb_each(p_returns) p cross join lateral jsonb_each_text(p.value) x) r
    left join ledger_entries e on e.tenant_id = p_tenant and e.transaction_id = r.source and e.account_id = r.account
    left join ledger_transactions t on t.tenant_id = p_tenant and t.id = r.source
    left join ledger_openings o on o.account_id = r.account and r.source = 'opening'
    left join ledger_grants m on m.account_id = r.account and m.expires_at = '-infinity' and m.transaction_id = r.source
    on conflict (account_id, expires_at, transaction_id) do update set remaining = f.remaining + excluded.remaining;
end $$;

-- Marks a grant as taken back. What of it is on hold and comes back pays what the user owes.
create function ledger_revoke(p_tenant integer, p_user text, p_name text, p_grant text, p_at timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare account bigint;
begin
  if connect_tenant() is distinct from p_tenant then
    raise exception 'not inside this tenant' using errcode = 'insufficient_privilege';
  end if;
  select a.id into account from ledger_accounts a
    where a.tenant_id = p_tenant and a.user_id = p_user and a.name = p_name and a.shard = 0 for no key update;
  insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining, revoked_at)
    select account, '-infinity', p_grant, p_tenant, t.type, e.coins - (select coalesce(sum(x.value::bigint), 0) from jsonb_each_text(e.grants) x), 0, p_at
    from ledger_entries e join ledger_transactions t on t.tenant_id = e.tenant_id and t.id = e.transaction_id
    where e.tenant_id = p_tenant and e.transaction_id = p_grant and e.account_id = account and e.expires_at is not null
    on conflict do nothing;
end $$;

-- What of an account has expired or been taken back, and what its owner owes; locks the account. Nothing: somebody else has it now. Coins that
-- came back to a grant that was taken back, when nothing is owed any more, are the owner's again.
create function ledger_ended(p_tenant integer, p_account bigint, p_at timestamptz)
returns table (owner text, name text, expired bigint, revoked bigint, owes bigint)
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  if connect_tenant() is distinct from p_tenant then
    raise exception 'not inside this tenant' using errcode = 'insufficient_privilege';
  end if;
  select a.user_id, a.name into owner, name from ledger_accounts a
    where a.tenant_id = p_tenant and a.id = p_account and a.user_id is not null for no key update skip locked;
  if not found then return; end if;
  select coalesce(-max(a.balance), 0) into owes from ledger_accounts a where a.tenant_id = p_tenant and a.user_id = owner and a.name = 'owed';
  if owes = 0 then
    update ledger_grants f set expires_at = e.expires_at, revoked_at = null from ledger_entries e
      where f.account_id = p_account and f.expires_at = '-infinity' and f.remaining > 0
        and e.tenant_id = p_tenant and e.transaction_id = f.transaction_id and e.account_id = p_account;
  end if;
  select coalesce(sum(f.remaining) filter (where f.expires_at > '-infinity'), 0), coalesce(sum(f.remaining) filter (where f.expires_at = '-infinity'), 0)
    into expired, revoked from ledger_grants f where f.account_id = p_account and f.expires_at <= p_at;
  return next;
end $$;

revoke all on function ledger_post from public;
revoke all on function ledger_give_back from public;
revoke all on function ledger_revoke from public;
revoke all on function ledger_ended from public;
grant execute on function ledger_post, ledger_revoke, ledger_ended to connect_app;
`

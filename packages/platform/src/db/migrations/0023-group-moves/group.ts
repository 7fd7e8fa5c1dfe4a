/** Many requests' moves at once. */
export const group = `
-- Many requests' moves in one statement and one transaction, which share its commit and its visits to the tables. Each has its own claim,
-- its own judgement and its own kept answer, exactly those of wallet_move; a refused one leaves the others alone. A lone move is a group of
-- one. The n-th elements of the arrays are the n-th move; times are milliseconds; p_by is each move's place in p_bys, its metadata.
-- p_later: the places of those that may not be among the others, for their user or key is there already.
-- What is usual goes through the tables as a set. The rest (forgotten keys, unopened wallets, very full ones, coins that have expired or
-- went elsewhere meanwhile, moves that the door will refuse to understand) follows one by one through wallet_move.
-- Locks in the door's order: keys without waiting, then users' accounts by address, then the app's rows by name. What must not have
-- changed is asked of the row as it is updated; grants are looked up when their accounts are locked.
-- Told is text, made for being cut in pieces: an outcome for each (posted is new), its user, and for posted and replay the eight numbers
-- of idempotency_keys.moved, number by number. firsts: ids and times of replays. bodies: {place: refusal, or an answer kept before}.
-- Small statements over arrays: measured, they cost half of one that does it all. select unnest(…), unnest(…) has no tuplestore to fill
-- as from unnest(…) has. The planner's settings: a connection may plan this while the tables are small, and keeps the plan; it is to look
-- up rows by index.
create function wallet_move_group(
  p_tenant integer, p_callers text[], p_keys text[], p_fingerprints bytea[], p_since bigint[], p_at bigint[], p_ids text[], p_hosts text[],
  p_types text[], p_buckets text[], p_coins bigint[], p_reasons text[], p_bys jsonb[], p_by integer[], p_expires bigint[], p_later integer[],
  out outcomes text, out owners text, out numbers text, out firsts text, out bodies jsonb
) language plpgsql security definer set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off set plan_cache_mode = force_generic_plan as $$
declare
  most constant bigint := 9007199254740991;
  mine constant smallint := pg_backend_pid() % 64;
  entered text; one record; rest bigint; taken bigint; total bigint; sum bigint := 0; events jsonb; made integer;
  -- Of each move.
  got boolean[]; told text[]; owner text[]; frozen boolean; wants boolean;
  bonus bigint[]; purchased bigint[]; earned bigint[]; held bigint[]; owed bigint[]; d_bonus bigint[]; d_purchased bigint[]; d_earned bigint[];
  -- Of each account that is to be changed; of each that was.
  c_n integer[]; c_name text[]; c_coins bigint[]; parts integer := 0; several boolean := false;
  r_n integer[]; r_name text[]; r_coins bigint[]; r_account bigint[]; r_balance bigint[]; r_uses jsonb[];
  -- Of each use of a grant.
  g_part integer[]; g_row tid[]; g_source text[]; g_left bigint[]; u_n integer[]; u_row tid[]; u_taken bigint[]; u_whole boolean[]; uses integer := 0;
  short integer[] := '{}'; undone integer[] := '{}'; later integer[] := p_later; replays boolean := false; refused boolean := false;
  issuance bigint; promotions bigint; revenue bigint; issued bigint := 0; promoted bigint := 0; spent bigint := 0; of_debits integer := 0;
begin
  entered := set_config('connect.tenant', p_tenant::text, true);
  got := array(select pg_try_advisory_xact_lock(hashtextextended(unnest(p_callers) || ':' || unnest(p_keys), p_tenant)));

  -- What twins wrote before they let go of keys is seen from here on.
  select array_agg(case when i.key is not null then case when i.created_at < to_timestamp(w.since / 1000::float8) then 'later'
          when i.fingerprint = w.fingerprint then 'replay' else 'reused' end end),
      array_agg(u.id), array_agg(o.bonus), array_agg(o.purchased), array_agg(o.earned), array_agg(o.held), array_agg(o.owed)
    into told, owner, bonus, purchased, earned, held, owed
    from (select unnest(p_callers) as caller, unnest(p_keys) as key, unnest(p_fingerprints) as fingerprint, unnest(p_since) as since,
        unnest(p_hosts) as host) w
    left join idempotency_keys i on i.tenant_id = p_tenant and i.caller = w.caller and i.key = w.key
    left join users u on u.tenant_id = p_tenant and u.host_id = w.host and u.deleted_at is null
    left join lateral (
      select max(a.balance) filter (where a.name = 'bonus') as bonus, max(a.balance) filter (where a.name = 'purchased') as purchased,
          max(a.balance) filter (where a.name = 'earned') as earned, max(a.balance) filter (where a.name = 'held') as held,
          min(a.balance) filter (where a.name = 'owed') as owed
        from ledger_accounts a where a.tenant_id = p_tenant and a.user_id = u.id) o on true;
  select t.ledger_frozen, exists (
      select from webhook_endpoints w where w.tenant_id = p_tenant and w.wants_wallet and w.status = 'enabled' and w.deleted_at is null)
    into frozen, wants from tenants t where t.id = p_tenant;
  d_bonus := array_fill(0, array[cardinality(told)]);
  d_purchased := d_bonus;
  d_earned := d_bonus;

  for n in 1..cardinality(told) loop
    if not got[n] then told[n] := 'in_progress'; continue; end if;
    if n = any (p_later) then told[n] := 'later'; continue; end if;
    if told[n] is not null then
      if told[n] = 'replay' then replays := true; elsif told[n] = 'later' then later := later || n; end if;
      continue;
    end if;
    if owner[n] is null then
      told[n] := 'not_found';
      bodies := coalesce(bodies, '{}') || jsonb_build_object(n, jsonb_build_object('problem', 'not_found'));
      refused := true;
      continue;
    end if;
    rest := p_coins[n];
    total := bonus[n] + purchased[n] + earned[n] + coalesce(held[n], 0);
    if total is null or not rest between 1 and most then told[n] := 'later'; later := later || n; continue; end if;
    if p_types[n] = 'credit' then
      if total + rest > most / 4 or p_expires[n] <= p_at[n] or not coalesce(p_buckets[n] in ('bonus', 'purchased', 'earned'), false) then
        told[n] := 'later';
        later := later || n;
        continue;
      end if;
      if frozen then told[n] := 'frozen'; continue; end if;
      told[n] := 'posted';
      parts := parts + 1; c_n[parts] := n; c_name[parts] := p_buckets[n]; c_coins[parts] := rest;
      continue;
    end if;
    if p_types[n] <> 'debit' or p_buckets[n] not in ('bonus', 'purchased', 'earned') then told[n] := 'later'; later := later || n; continue; end if;
    case p_buckets[n]
      when 'bonus' then total := bonus[n]; when 'purchased' then total := purchased[n]; when 'earned' then total := earned[n];
      else total := bonus[n] + purchased[n] + earned[n];
    end case;
    if total < rest then short := short || n; told[n] := 'insufficient_balance'; continue; end if;
    if frozen then told[n] := 'frozen'; continue; end if;
    told[n] := 'posted';
    if p_buckets[n] is not null then
      parts := parts + 1; c_n[parts] := n; c_name[parts] := p_buckets[n]; c_coins[parts] := -rest;
      continue;
    end if;
    if bonus[n] > 0 then
      taken := least(rest, bonus[n]);
      rest := rest - taken;
      several := several or rest > 0;
      parts := parts + 1; c_n[parts] := n; c_name[parts] := 'bonus'; c_coins[parts] := -taken;
      continue when rest = 0;
    end if;
    if purchased[n] > 0 then
      taken := least(rest, purchased[n]);
      rest := rest - taken;
      several := several or rest > 0;
      parts := parts + 1; c_n[parts] := n; c_name[parts] := 'purchased'; c_coins[parts] := -taken;
      continue when rest = 0;
    end if;
    parts := parts + 1; c_n[parts] := n; c_name[parts] := 'earned'; c_coins[parts] := -rest;
  end loop;

  if replays then
    for one in select w.n, i.body, i.transaction_id, floor(extract(epoch from i.created_at) * 1000)::bigint as at, i.moved
      from (select generate_subscripts(p_keys, 1) as n, unnest(p_callers) as caller, unnest(p_keys) as key, unnest(told) as told) w
      join idempotency_keys i on i.tenant_id = p_tenant and i.caller = w.caller and i.key = w.key where w.told = 'replay'
    loop
      if one.moved is null then bodies := coalesce(bodies, '{}') || jsonb_build_object(one.n, one.body); continue; end if;
      bonus[one.n] := one.moved[1]; purchased[one.n] := one.moved[2]; earned[one.n] := one.moved[3];
      held[one.n] := one.moved[4]; owed[one.n] := one.moved[5];
      d_bonus[one.n] := one.moved[6]; d_purchased[one.n] := one.moved[7]; d_earned[one.n] := one.moved[8];
      firsts := concat_ws(',', firsts, one.n, one.transaction_id, one.at);
    end loop;
  end if;
  if cardinality(short) > 0 then
    -- What has expired is not theirs to spend, so they are short of more than their balance tells.
    for one in select s.n, exists (select from ledger_accounts a join ledger_grants x on x.account_id = a.id and x.expires_at <= to_timestamp(p_at[s.n] / 1000::float8)
        where a.tenant_id = p_tenant and a.user_id = owner[s.n] and a.name in ('bonus', 'purchased', 'earned')) as expired
      from (select unnest(short) as n) s
    loop
      if one.expired then told[one.n] := 'later'; later := later || one.n; continue; end if;
      total := case p_buckets[one.n] when 'bonus' then bonus[one.n] when 'purchased' then purchased[one.n] when 'earned' then earned[one.n]
        else bonus[one.n] + purchased[one.n] + earned[one.n] end;
      bodies := coalesce(bodies, '{}') || jsonb_build_object(one.n, jsonb_build_object('problem', 'insufficient_balance',
        'detail', 'The wallet is ' || p_coins[one.n] - total || ' coins short of this.'));
      refused := true;
    end loop;
  end if;

  if several or cardinality(later) > 0 then
    -- More than one step is to come for a user, so all accounts are locked now, in their order.
    perform from (select unnest(told) as told, unnest(owner) as owner, unnest(p_buckets) as bucket) w
      join ledger_accounts a on a.tenant_id = p_tenant and a.user_id = w.owner and a.shard = 0
        and (a.name = w.bucket or w.bucket is null and a.name in ('bonus', 'purchased', 'earned'))
      where w.told in ('posted', 'later') order by a.user_id, a.name for no key update of a;
  end if;
  if several then
    -- What is taken from several buckets is taken from all of them or from none.
    undone := array(select c.n from (select unnest(c_n) as n, unnest(c_name) as name, unnest(c_coins) as coins) c
      join ledger_accounts a on a.tenant_id = p_tenant and a.user_id = owner[c.n] and a.name = c.name and a.shard = 0
      where a.balance + c.coins < 0);
  end if;
  if parts > 0 then
    with changed as (
      update ledger_accounts a set balance = a.balance + c.coins
        from (select w.n, owner[w.n] as owner, w.name, w.coins from (select unnest(c_n) as n, unnest(c_name) as name, unnest(c_coins) as coins) w
          where w.n <> all (undone) order by owner[w.n] collate "C", w.name collate "C") c
        where a.tenant_id = p_tenant and a.user_id = c.owner and a.name = c.name and a.shard = 0
          and a.balance + c.coins between 0 and case when c.coins < 0 then most else most / 4 end
        returning c.n, c.name, c.coins, a.id, a.balance)
    select array_agg(c.n), array_agg(c.name), array_agg(c.coins), array_agg(c.id), array_agg(c.balance) into r_n, r_name, r_coins, r_account, r_balance
      from changed c;
    r_n := coalesce(r_n, '{}');
    if cardinality(r_n) < parts then
      for i in 1..parts loop
        continue when told[c_n[i]] = 'later' or c_n[i] = any (r_n) and c_n[i] <> all (undone);
        told[c_n[i]] := 'later';
        later := later || c_n[i];
      end loop;
      undone := '{}';
    end if;
  end if;
  for i in 1..coalesce(cardinality(r_n), 0) loop
    taken := r_coins[i];
    case r_name[i]
      when 'bonus' then bonus[r_n[i]] := r_balance[i]; d_bonus[r_n[i]] := taken;
      when 'purchased' then purchased[r_n[i]] := r_balance[i]; d_purchased[r_n[i]] := taken;
      else earned[r_n[i]] := r_balance[i]; d_earned[r_n[i]] := taken;
    end case;
    sum := sum + taken;
    if taken < 0 then of_debits := of_debits + 1; end if;
  end loop;

  if of_debits > 0 then
    -- In full length from the start: PostgreSQL counts an array from the first place that is written to.
    r_uses := array_fill(null::jsonb, array[cardinality(r_n)]);
    -- The first grant in the order of draining nearly always has all that is asked of it.
    select array_agg(p.part), array_agg(f.ctid), array_agg(f.transaction_id), array_agg(f.remaining) into g_part, g_row, g_source, g_left
      from (select generate_subscripts(r_n, 1) as part, unnest(r_n) as n, unnest(r_account) as account, unnest(r_coins) as coins) p
      cross join lateral (
        select x.ctid, x.transaction_id, x.remaining from ledger_grants x
        where x.account_id = p.account and x.expires_at > to_timestamp(p_at[p.n] / 1000::float8) order by x.expires_at, x.transaction_id limit 1) f
      where p.coins < 0;
    for i in 1..coalesce(cardinality(g_part), 0) loop
      taken := -r_coins[g_part[i]];
      continue when g_left[i] < taken;
      uses := uses + 1;
      u_n[uses] := r_n[g_part[i]];
      u_row[uses] := g_row[i];
      u_taken[uses] := taken;
      u_whole[uses] := g_left[i] = taken;
      r_uses[g_part[i]] := jsonb_build_object(g_source[i], -taken);
    end loop;
    if uses < of_debits then
      for i in 1..cardinality(r_n) loop
        continue when r_coins[i] > 0 or r_uses[i] is not null;
        rest := -r_coins[i];
        for one in select x.ctid, x.transaction_id, x.remaining from ledger_grants x
          where x.account_id = r_account[i] and x.expires_at > to_timestamp(p_at[r_n[i]] / 1000::float8) and x.remaining > 0
          order by x.expires_at, x.transaction_id
        loop
          taken := least(rest, one.remaining);
          rest := rest - taken;
          uses := uses + 1;
          u_n[uses] := r_n[i];
          u_row[uses] := one.ctid;
          u_taken[uses] := taken;
          u_whole[uses] := one.remaining = taken;
          r_uses[i] := coalesce(r_uses[i], '{}') || jsonb_build_object(one.transaction_id, -taken);
          exit when rest = 0;
        end loop;
        -- The rest has expired, and only waits for being taken away.
        if rest > 0 then undone := undone || r_n[i]; end if;
      end loop;
      if cardinality(undone) > 0 then
        update ledger_accounts a set balance = a.balance - r.coins
          from (select unnest(r_n) as n, unnest(r_account) as account, unnest(r_coins) as coins) r where r.n = any (undone) and a.id = r.account;
        for i in 1..cardinality(r_n) loop
          if r_n[i] = any (undone) then sum := sum - r_coins[i]; end if;
        end loop;
        for i in 1..cardinality(undone) loop
          continue when told[undone[i]] = 'later';
          told[undone[i]] := 'later';
          later := later || undone[i];
        end loop;
      end if;
    end if;
    update ledger_grants f set remaining = f.remaining - g.taken
      from (select unnest(u_n) as n, unnest(u_row) as place, unnest(u_taken) as taken, unnest(u_whole) as whole) g
      where f.ctid = g.place and not g.whole and g.n <> all (undone);
    if true = any (u_whole) then
      delete from ledger_grants f using (select unnest(u_n) as n, unnest(u_row) as place, unnest(u_whole) as whole) g
        where f.ctid = g.place and g.whole and g.n <> all (undone);
    end if;
  end if;

  if 'posted' = any (told) then
    for n in 1..cardinality(told) loop
      continue when told[n] <> 'posted';
      if p_types[n] = 'debit' then spent := spent + p_coins[n];
      elsif p_buckets[n] = 'bonus' then promoted := promoted + p_coins[n];
      else issued := issued + p_coins[n]; end if;
    end loop;
    if sum <> issued + promoted - spent then raise exception 'a user is twice in a group' using errcode = 'cardinality_violation'; end if;
    loop
      select max(a.id) filter (where a.name = 'issuance'), max(a.id) filter (where a.name = 'promotions'), max(a.id) filter (where a.name = 'revenue')
        into issuance, promotions, revenue from ledger_accounts a
        where a.tenant_id = p_tenant and a.user_id is null and a.name in ('issuance', 'promotions', 'revenue') and a.shard = mine;
      exit when issuance is not null and promotions is not null and revenue is not null;
      insert into ledger_accounts (tenant_id, name, shard) values (p_tenant, 'issuance', mine), (p_tenant, 'promotions', mine), (p_tenant, 'revenue', mine)
        on conflict do nothing;
    end loop;
    insert into ledger_transactions (tenant_id, id, type, description, metadata, created_at)
      select p_tenant, w.id, w.type, w.reason, p_bys[w.by], to_timestamp(w.at / 1000::float8)
      from (select unnest(p_ids) as id, unnest(p_types) as type, unnest(p_reasons) as reason, unnest(p_by) as by, unnest(p_at) as at, unnest(told) as told) w
      where w.told = 'posted';
    if issued > 0 or promoted > 0 then
      insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining)
        select r.account, coalesce(to_timestamp(p_expires[r.n] / 1000::float8), 'infinity'), p_ids[r.n], p_tenant, 'credit', r.coins, r.coins
        from (select unnest(r_n) as n, unnest(r_account) as account, unnest(r_coins) as coins) r where r.coins > 0;
    end if;
    insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins, grants, expires_at)
      select p_tenant, p_ids[r.n], r.account, owner[r.n], r.coins, r.uses,
          case when r.coins > 0 then coalesce(to_timestamp(p_expires[r.n] / 1000::float8), 'infinity') end
        from (select unnest(r_n) as n, unnest(r_account) as account, unnest(r_coins) as coins, unnest(r_uses) as uses) r where r.n <> all (undone)
      union all
      select p_tenant, w.id, case when w.type = 'debit' then revenue when w.bucket = 'bonus' then promotions else issuance end, null,
          case when w.type = 'debit' then w.coins else -w.coins end, null, null
        from (select unnest(p_ids) as id, unnest(p_types) as type, unnest(p_buckets) as bucket, unnest(p_coins) as coins, unnest(told) as told) w
        where w.told = 'posted';
  end if;
  if refused or 'posted' = any (told) then
    insert into idempotency_keys (tenant_id, caller, key, fingerprint, status, body, transaction_id, moved, created_at)
      select p_tenant, w.caller, w.key, w.fingerprint, case w.told when 'posted' then 201 when 'not_found' then 404 else 402 end,
        bodies -> w.n::text, case w.told when 'posted' then w.id end,
        case w.told when 'posted' then array[w.bonus, w.purchased, w.earned, coalesce(w.held, 0), coalesce(w.owed, 0), w.d_bonus, w.d_purchased, w.d_earned] end,
        to_timestamp(w.at / 1000::float8)
      from (select generate_subscripts(told, 1) as n, unnest(told) as told, unnest(p_callers) as caller, unnest(p_keys) as key, unnest(p_fingerprints) as fingerprint,
          unnest(p_ids) as id, unnest(p_at) as at, unnest(bonus) as bonus, unnest(purchased) as purchased, unnest(earned) as earned,
          unnest(held) as held, unnest(owed) as owed, unnest(d_bonus) as d_bonus, unnest(d_purchased) as d_purchased, unnest(d_earned) as d_earned) w
      where w.told in ('posted', 'not_found', 'insufficient_balance');
  end if;

  if cardinality(later) > 0 then
    if issuance is null then
      insert into ledger_accounts (tenant_id, name, shard) values (p_tenant, 'issuance', mine), (p_tenant, 'promotions', mine), (p_tenant, 'revenue', mine)
        on conflict do nothing;
    end if;
    -- Each of the moves to come may need another of the app's rows.
    perform from ledger_accounts a where a.tenant_id = p_tenant and a.user_id is null and a.name in ('issuance', 'promotions', 'revenue') and a.shard = mine
      order by a.name for no key update;
  end if;
  if issued > 0 then update ledger_accounts a set balance = a.balance - issued where a.id = issuance; end if;
  if promoted > 0 then update ledger_accounts a set balance = a.balance - promoted where a.id = promotions; end if;
  if spent > 0 then update ledger_accounts a set balance = a.balance + spent where a.id = revenue; end if;

  for n in 1..case cardinality(later) when 0 then 0 else cardinality(told) end loop
    continue when told[n] <> 'later';
    one := wallet_move(p_tenant, p_callers[n], p_keys[n], p_fingerprints[n], to_timestamp(p_since[n] / 1000::float8), p_ids[n], p_hosts[n], p_types[n],
      p_buckets[n], p_coins[n], p_reasons[n], p_bys[p_by[n]], to_timestamp(p_at[n] / 1000::float8), to_timestamp(p_expires[n] / 1000::float8));
    told[n] := case when one.outcome = 'new' then case when one.moved is null then 'refused' else 'posted' end else one.outcome end;
    owner[n] := one.owner;
    if one.moved is null then
      if one.body is not null then bodies := coalesce(bodies, '{}') || jsonb_build_object(n, one.body); end if;
      continue;
    end if;
    bonus[n] := one.moved[1]; purchased[n] := one.moved[2]; earned[n] := one.moved[3];
    held[n] := one.moved[4]; owed[n] := one.moved[5];
    d_bonus[n] := one.moved[6]; d_purchased[n] := one.moved[7]; d_earned[n] := one.moved[8];
    if told[n] = 'replay' then firsts := concat_ws(',', firsts, n, one.first_id, floor(extract(epoch from one.first_at) * 1000)::bigint); end if;
  end loop;

  if wants then
    -- In the order of the users, and of each user's moves: two groups never wait for each other's numbers. An event has the number of its transaction.
    select jsonb_agg(jsonb_build_object('id', 'evt' || substr(w.id, 4), 'type', 'wallet.' || w.type || 'ed', 'object', w.owner,
        'data', wallet_moved_body(w.host, w.type, w.coins, p_reasons[w.n], w.id, to_timestamp(p_at[w.n] / 1000::float8),
          array[bonus[w.n], purchased[w.n], earned[w.n], coalesce(held[w.n], 0), coalesce(owed[w.n], 0), d_bonus[w.n], d_purchased[w.n], d_earned[w.n]]))
        order by w.owner collate "C", w.n) into events
      from (select generate_subscripts(told, 1) as n, unnest(told) as told, unnest(owner) as owner, unnest(p_ids) as id, unnest(p_types) as type,
        unnest(p_hosts) as host, unnest(p_coins) as coins) w where w.told = 'posted';
    if events is not null then made := events_record(p_tenant, events, to_timestamp((select max(x) from unnest(p_at) x) / 1000::float8)); end if;
  end if;
  outcomes := array_to_string(told, ',');
  owners := array_to_string(owner, ',', '');
  numbers := array_to_string(bonus, ',', '0') || ';' || array_to_string(purchased, ',', '0') || ';' || array_to_string(earned, ',', '0') || ';'
    || array_to_string(held, ',', '0') || ';' || array_to_string(owed, ',', '0') || ';' || array_to_string(d_bonus, ',') || ';'
    || array_to_string(d_purchased, ',') || ';' || array_to_string(d_earned, ',');
end $$;
`

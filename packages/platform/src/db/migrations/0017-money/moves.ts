/** What requests ask of the door: coins given or spent, one by one and in groups. */
export const moves = `
alter type wallet_wish add attribute expires_at timestamptz;
drop function wallet_move;
drop function wallet_move_told;

-- Coins given to a user by the app's server (bonus from its promotions, others newly issued), or spent by the user in the app (its revenue).
-- One statement and one transaction: claim of the Idempotency-Key, move, answer kept.
-- A refusal is kept as well, so that a late copy of a refused request cannot succeed.
-- outcome: new, replay, reused, in_progress; frozen (nothing is kept: it may be sent again).
create function wallet_move(
  p_tenant integer, p_caller text, p_key text, p_fingerprint bytea, p_since timestamptz,
  p_id text, p_host_user text, p_type text, p_bucket text, p_coins bigint, p_reason text, p_metadata jsonb, p_at timestamptz, p_expires timestamptz default null,
  out outcome text, out status integer, out body jsonb, out user_id text
) language plpgsql set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  entered text; claimed record; door record; posted text; problem text; detail text; changed jsonb; owned jsonb; owes boolean; names text[]; sources integer[]; target integer;
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
  elsif p_expires <= p_at then
    problem := 'invalid_request';
    detail := 'must lie ahead';
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
      array_append(array_fill(user_id, array[cardinality(names) - 1]), null), names, sources, array[target], array[p_coins], null, null, p_expires);
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
    status := case problem when 'not_found' then 404 when 'conflict' then 409 when 'invalid_request' then 400 else 402 end;
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
    select '{"bonus": 0, "purchased": 0, "earned": 0, "held": 0}'::jsonb || jsonb_object_agg(a.name, a.balance) filter (where a.name <> 'owed'),
        bool_or(a.name = 'owed' and a.balance < 0) into owned, owes
      from ledger_accounts a where a.tenant_id = p_tenant and a.user_id = wallet_move.user_id;
    status := 201;
    body := jsonb_build_object(
      'transaction', jsonb_build_object('id', p_id, 'type', p_type, 'coins', case p_type when 'credit' then p_coins else -p_coins end,
        'buckets', changed, 'reference', null, 'description', p_reason,
        'createdAt', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
      'wallet', jsonb_build_object('userId', p_host_user, 'buckets', owned, 'withdrawable', case when owes then to_jsonb(0) else owned -> 'earned' end,
        'balance', (owned ->> 'bonus')::bigint + (owned ->> 'purchased')::bigint + (owned ->> 'earned')::bigint));
  end if;
  insert into idempotency_keys (tenant_id, caller, key, fingerprint, status, body, created_at)
    values (p_tenant, p_caller, p_key, p_fingerprint, wallet_move.status, wallet_move.body, p_at);
end $$;

-- Many requests' moves in one statement and one transaction, which share its commit and its visits to the tables. Each has its own claim,
-- its own judgement and its own kept answer, exactly those of wallet_move; a refused one leaves the others alone.
-- What is usual goes through the tables as a set: the first move of each user and of each key. The rest (second moves of a user or key,
-- forgotten keys, unopened wallets, very full ones, spending that takes more than the first grant of a bucket, moves that the door will
-- refuse to understand) follows one by one through wallet_move.
-- Locks in the door's order: keys without waiting, then users' accounts by address, then the app's rows by name.
-- The planner's settings: a connection may plan this while the tables are small, and keeps the plan; it is to look up rows by index.
create or replace function wallet_move_group(p_tenant integer, p_wishes jsonb) returns jsonb
language plpgsql security definer set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off set plan_cache_mode = force_generic_plan as $$
declare
  most constant bigint := 9007199254740991;
  mine constant smallint := pg_backend_pid() % 64;
  entered text; wishes wallet_wish[]; busy integer[]; later integer[]; puzzling integer[]; answers jsonb;
  issuance bigint; promotions bigint; revenue bigint; issued numeric; promoted numeric; spent numeric; wish wallet_wish; one record;
begin
  entered := set_config('connect.tenant', p_tenant::text, true);
  wishes := array(select w from jsonb_populate_recordset(null::wallet_wish, p_wishes) w);

  select coalesce(array_agg(c.n) filter (where not c.got), '{}'),
      coalesce(array_agg(c.n) filter (where c.got and (c.of_key > 1 or c.of_user > 1)), '{}')
    into busy, later
    from (select w.n, pg_try_advisory_xact_lock(hashtextextended(w.caller || ':' || w.key, p_tenant)) as got,
        row_number() over (partition by w.caller, w.key order by w.n) as of_key,
        row_number() over (partition by w.host_user order by w.n) as of_user
      from unnest(wishes) w) c;
  perform from unnest(wishes) w
    cross join lateral (select u.id from users u where u.tenant_id = p_tenant and u.host_id = w.host_user and u.deleted_at is null limit 1) u
    join ledger_accounts a on a.tenant_id = p_tenant and a.user_id = u.id and a.shard = 0
      and (a.name = w.bucket or w.bucket is null and a.name in ('bonus', 'purchased', 'earned'))
    order by a.user_id, a.name for no key update of a;
  loop
    select max(a.id) filter (where a.name = 'issuance'), max(a.id) filter (where a.name = 'promotions'), max(a.id) filter (where a.name = 'revenue')
      into issuance, promotions, revenue from ledger_accounts a
      where a.tenant_id = p_tenant and a.user_id is null and a.name in ('issuance', 'promotions', 'revenue') and a.shard = mine;
    exit when issuance is not null and promotions is not null and revenue is not null;
    insert into ledger_accounts (tenant_id, name, shard) values (p_tenant, 'issuance', mine), (p_tenant, 'promotions', mine), (p_tenant, 'revenue', mine)
      on conflict do nothing;
  end loop;

  -- What twins wrote before they let go of keys and accounts is seen from here on.
  with seen as materialized (
    select w.*, u.id as owner, k.key is not null as known, k.fingerprint = w.fingerprint as same, k.created_at < w.since as forgotten, k.body as kept,
        t.ledger_frozen as frozen, o.*,
        w.type = 'debit' and coalesce(w.bucket, 'bonus') = 'bonus' as from_bonus,
        w.type = 'debit' and coalesce(w.bucket, 'purchased') = 'purchased' as from_purchased,
        w.type = 'debit' and coalesce(w.bucket, 'earned') = 'earned' as from_earned
      from unnest(wishes) w
      cross join (select ledger_frozen from tenants where tenants.id = p_tenant) t
      left join lateral (
        select u.id from users u where u.tenant_id = p_tenant and u.host_id = w.host_user and u.deleted_at is null limit 1) u on true
      left join lateral (
        select i.* from idempotency_keys i where i.tenant_id = p_tenant and i.caller = w.caller and i.key = w.key limit 1) k on true
      left join lateral (
        select sum(a.balance) filter (where a.name <> 'owed') as total, coalesce(max(a.balance) filter (where a.name = 'held'), 0) as held,
            coalesce(bool_or(a.name = 'owed' and a.balance < 0), false) as owes,
            max(a.id) filter (where a.name = 'bonus') as bonus_id, max(a.balance) filter (where a.name = 'bonus') as bonus,
            max(a.id) filter (where a.name = 'purchased') as purchased_id, max(a.balance) filter (where a.name = 'purchased') as purchased,
            max(a.id) filter (where a.name = 'earned') as earned_id, max(a.balance) filter (where a.name = 'earned') as earned
          from ledger_accounts a where a.tenant_id = p_tenant and a.user_id = u.id) o on true
      where w.n <> all (busy) and w.n <> all (later)
  ), drained as (
    select s.*, b.taken as bonus_taken, p.taken as purchased_taken, e.taken as earned_taken
      from seen s
      cross join lateral (select case when s.from_bonus then least(s.coins, s.bonus) else 0 end as taken) b
      cross join lateral (select case when s.from_purchased then least(s.coins - b.taken, s.purchased) else 0 end as taken) p
      cross join lateral (select case when s.from_earned then least(s.coins - b.taken - p.taken, s.earned) else 0 end as taken) e
  ), judged as materialized (
    select d.*, g.*,
        case when d.type = 'debit' then -d.bonus_taken when d.bucket = 'bonus' then d.coins else 0 end as to_bonus,
        case when d.type = 'debit' then -d.purchased_taken when d.bucket = 'purchased' then d.coins else 0 end as to_purchased,
        case when d.type = 'debit' then -d.earned_taken when d.bucket = 'earned' then d.coins else 0 end as to_earned,
        case
          when d.known then case when d.forgotten then 'later' when d.same then 'replay' else 'reused' end
          when d.owner is null then 'not_found'
          when d.coins between 1 and most and (d.type = 'debit' and d.bucket is null or d.type in ('credit', 'debit') and d.bucket in ('bonus', 'purchased', 'earned'))
              and d.bonus_id is not null and d.purchased_id is not null and d.earned_id is not null
              and (d.type = 'debit' or d.total + d.coins <= most / 4) and (d.expires_at is null or d.expires_at > d.at) then
            case when d.type = 'debit' and d.bonus_taken + d.purchased_taken + d.earned_taken < d.coins
                then case when exists (select from ledger_grants x where x.account_id in (d.bonus_id, d.purchased_id, d.earned_id) and x.expires_at <= d.at)
                  then 'later' else 'insufficient_balance' end
              -- The first grant has less than is asked of it, or the bucket's coins have expired.
              when coalesce(g.bonus_left, 0) < d.bonus_taken or coalesce(g.purchased_left, 0) < d.purchased_taken
                or coalesce(g.earned_left, 0) < d.earned_taken then 'later'
              when d.frozen then 'frozen' else 'posted' end
          else 'later'
        end as verdict
      from drained d
      -- The grant that is drained first, of each bucket that is drained.
      cross join lateral (
        select max(f.remaining) filter (where c.bucket = 1) as bonus_left, max(f.transaction_id) filter (where c.bucket = 1) as bonus_grant,
            max(f.expires_at) filter (where c.bucket = 1) as bonus_until,
            max(f.remaining) filter (where c.bucket = 2) as purchased_left, max(f.transaction_id) filter (where c.bucket = 2) as purchased_grant,
            max(f.remaining) filter (where c.bucket = 3) as earned_left, max(f.transaction_id) filter (where c.bucket = 3) as earned_grant
          from (values (1, d.bonus_id, d.bonus_taken), (2, d.purchased_id, d.purchased_taken), (3, d.earned_id, d.earned_taken)) c (bucket, account, taken)
          cross join lateral (
            select x.remaining, x.transaction_id, x.expires_at from ledger_grants x
            where x.account_id = c.account and x.expires_at > d.at order by x.expires_at, x.transaction_id limit 1) f
          where c.taken > 0) g
  ), told as materialized (
    select j.*, case j.verdict
        when 'replay' then j.kept
        when 'not_found' then '{"problem": "not_found"}'::jsonb
        when 'insufficient_balance' then jsonb_build_object('problem', 'insufficient_balance', 'detail',
          'The wallet is ' || j.coins - j.bonus_taken - j.purchased_taken - j.earned_taken || ' coins short of this.')
        when 'posted' then jsonb_build_object(
          'transaction', jsonb_build_object('id', j.id, 'type', j.type, 'coins', case j.type when 'credit' then j.coins else -j.coins end,
            'buckets', jsonb_strip_nulls(jsonb_build_object(
              'bonus', nullif(j.to_bonus, 0), 'purchased', nullif(j.to_purchased, 0), 'earned', nullif(j.to_earned, 0))),
            'reference', null, 'description', j.reason, 'createdAt', to_char(j.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
          'wallet', jsonb_build_object('userId', j.host_user,
            'buckets', jsonb_build_object('bonus', j.bonus + j.to_bonus, 'purchased', j.purchased + j.to_purchased,
              'earned', j.earned + j.to_earned, 'held', j.held),
            'withdrawable', case when j.owes then 0 else j.earned + j.to_earned end,
            'balance', j.bonus + j.to_bonus + j.purchased + j.to_purchased + j.earned + j.to_earned))
        end as body
      from judged j
  ), transactions as (
    insert into ledger_transactions (tenant_id, id, type, description, metadata, created_at)
      select p_tenant, t.id, t.type, t.reason, t.metadata, t.at from told t where t.verdict = 'posted'
  ), changes as materialized (
    select t.id, t.owner, t.type, c.account, c.coins, c.source, coalesce(c.until, 'infinity') as until, c.remains from told t
      cross join lateral (values
        (t.bonus_id, t.to_bonus, t.bonus_grant, case t.type when 'debit' then t.bonus_until else t.expires_at end, t.bonus_left - t.bonus_taken),
        (t.purchased_id, t.to_purchased, t.purchased_grant, null, t.purchased_left - t.purchased_taken),
        (t.earned_id, t.to_earned, t.earned_grant, null, t.earned_left - t.earned_taken)) c (account, coins, source, until, remains)
      where t.verdict = 'posted' and c.coins <> 0
  ), balances as (
    update ledger_accounts a set balance = a.balance + c.coins from changes c where a.id = c.account
  ), given as (
    insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining)
      select c.account, c.until, c.id, p_tenant, c.type, c.coins, c.coins from changes c where c.coins > 0
  ), drained_grants as (
    update ledger_grants f set remaining = c.remains from changes c
      where c.coins < 0 and c.remains > 0 and f.account_id = c.account and f.expires_at = c.until and f.transaction_id = c.source
  ), used_up as (
    delete from ledger_grants f using changes c
      where c.coins < 0 and c.remains = 0 and f.account_id = c.account and f.expires_at = c.until and f.transaction_id = c.source
  ), entries as (
    insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins, grants, expires_at)
      select p_tenant, c.id, c.account, c.owner, c.coins,
          case when c.coins < 0 then jsonb_build_object(c.source, c.coins) end, case when c.coins > 0 then c.until end from changes c
      union all
      select p_tenant, t.id, case when t.type = 'debit' then revenue when t.bucket = 'bonus' then promotions else issuance end, null,
          case when t.type = 'debit' then t.coins else -t.coins end, null, null
        from told t where t.verdict = 'posted'
  ), keys as (
    insert into idempotency_keys (tenant_id, caller, key, fingerprint, status, body, created_at)
      select p_tenant, t.caller, t.key, t.fingerprint, case t.verdict when 'posted' then 201 when 'not_found' then 404 else 402 end, t.body, t.at
        from told t where t.verdict in ('posted', 'not_found', 'insufficient_balance')
  )
  select coalesce(jsonb_agg(jsonb_build_object('n', t.n, 'userId', t.owner, 'body', t.body,
        'outcome', case when t.verdict in ('posted', 'not_found', 'insufficient_balance') then 'new' else t.verdict end))
        filter (where t.verdict <> 'later'), '[]'),
      coalesce(array_agg(t.n) filter (where t.verdict = 'later'), '{}'),
      coalesce(sum(t.coins) filter (where t.verdict = 'posted' and t.type = 'credit' and t.bucket <> 'bonus'), 0),
      coalesce(sum(t.coins) filter (where t.verdict = 'posted' and t.type = 'credit' and t.bucket = 'bonus'), 0),
      coalesce(sum(t.coins) filter (where t.verdict = 'posted' and t.type = 'debit'), 0)
    into answers, puzzling, issued, promoted, spent from told t;
  if cardinality(later || puzzling) > 0 then
    -- Each of the moves to come may need another of the app's rows.
    perform from ledger_accounts a where a.id in (issuance, promotions, revenue) order by a.name for no key update;
  end if;
  if issued <> 0 then update ledger_accounts a set balance = a.balance - issued where a.id = issuance; end if;
  if promoted <> 0 then update ledger_accounts a set balance = a.balance - promoted where a.id = promotions; end if;
  if spent <> 0 then update ledger_accounts a set balance = a.balance + spent where a.id = revenue; end if;

  if cardinality(busy) > 0 then
    answers := answers || (select jsonb_agg(jsonb_build_object('n', b.n, 'outcome', 'in_progress', 'body', null, 'userId', null)) from unnest(busy) b (n));
  end if;
  for wish in select w.* from unnest(wishes) w where w.n = any (later || puzzling) order by w.n loop
    one := wallet_move(p_tenant, wish.caller, wish.key, wish.fingerprint, wish.since, wish.id, wish.host_user, wish.type, wish.bucket,
      wish.coins, wish.reason, wish.metadata, wish.at, wish.expires_at);
    answers := answers || jsonb_build_object('n', wish.n, 'outcome', one.outcome, 'body', one.body, 'userId', one.user_id);
  end loop;
  return answers;
end $$;

-- wallet_move, telling of the coins it moved as before.
create function wallet_move_told(
  p_tenant integer, p_caller text, p_key text, p_fingerprint bytea, p_since timestamptz,
  p_id text, p_host_user text, p_type text, p_bucket text, p_coins bigint, p_reason text, p_metadata jsonb, p_at timestamptz, p_expires timestamptz default null,
  out outcome text, out body jsonb, out user_id text
) language plpgsql set search_path = public, pg_temp set enable_seqscan = off as $$
declare moved record; told integer;
begin
  moved := wallet_move(p_tenant, p_caller, p_key, p_fingerprint, p_since, p_id, p_host_user, p_type, p_bucket, p_coins, p_reason, p_metadata, p_at, p_expires);
  outcome := moved.outcome;
  body := moved.body;
  user_id := moved.user_id;
  if outcome = 'new' and moved.status = 201 and exists (
    select from webhook_endpoints w where w.tenant_id = p_tenant and w.wants_wallet and w.status = 'enabled' and w.deleted_at is null
  ) then
    told := events_record(p_tenant, jsonb_build_array(jsonb_build_object(
      'id', 'evt' || substr(p_id, 4), 'type', 'wallet.' || p_type || 'ed', 'object', user_id, 'data', body)), p_at);
  end if;
end $$;

revoke all on function wallet_move from public;
revoke all on function wallet_move_told from public;
grant execute on function wallet_move, wallet_move_told to connect_app;
`

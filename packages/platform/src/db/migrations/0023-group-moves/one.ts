/** One request's move by itself. */
export const one = `
-- Coins given to a user by the app's server (bonus from its promotions, others newly issued), or spent by the user in the app (its revenue):
-- claim of the Idempotency-Key, move, answer kept. A refusal is kept as well, so that a late copy of a refused request cannot succeed.
-- outcome: new, replay, reused, in_progress; frozen (nothing is kept: it may be sent again). With new and replay there is either moved or
-- body: a refusal, or an answer kept before there was moved. first_id and first_at are the first answer's.
create function wallet_move(
  p_tenant integer, p_caller text, p_key text, p_fingerprint bytea, p_since timestamptz,
  p_id text, p_host_user text, p_type text, p_bucket text, p_coins bigint, p_reason text, p_metadata jsonb, p_at timestamptz, p_expires timestamptz,
  out outcome text, out owner text, out body jsonb, out first_id text, out first_at timestamptz, out moved bigint[]
) language plpgsql set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  claimed record; door record; problem text; detail text; names text[]; sources integer[]; target integer;
begin
  claimed := idempotency_claim(p_tenant, p_caller, p_key, p_fingerprint, p_since);
  outcome := claimed.outcome;
  if outcome = 'replay' then
    select k.body, k.transaction_id, k.created_at, k.moved into body, first_id, first_at, moved
      from idempotency_keys k where k.tenant_id = p_tenant and k.caller = p_caller and k.key = p_key;
  end if;
  if outcome <> 'new' then return; end if;
  select u.id into owner from users u where u.tenant_id = p_tenant and u.host_id = p_host_user and u.deleted_at is null;
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
      array_append(array_fill(owner, array[cardinality(names) - 1]), null), names, sources, array[target], array[p_coins], null, null, p_expires);
    if door.outcome = 'frozen' then outcome := 'frozen'; return; end if;
    if door.outcome = 'insufficient' then
      problem := 'insufficient_balance';
      detail := 'The wallet is ' || door.missing || ' coins short of this.';
    elsif door.outcome = 'full' then
      problem := 'conflict';
      detail := 'A wallet holds at most 9007199254740991 coins.';
    end if;
  end if;
  if problem is not null then
    body := jsonb_strip_nulls(jsonb_build_object('problem', problem, 'detail', detail));
  else
    first_id := p_id;
    first_at := p_at;
    select array[coalesce(max(a.balance) filter (where a.name = 'bonus'), 0), coalesce(max(a.balance) filter (where a.name = 'purchased'), 0),
        coalesce(max(a.balance) filter (where a.name = 'earned'), 0), coalesce(max(a.balance) filter (where a.name = 'held'), 0),
        coalesce(min(a.balance) filter (where a.name = 'owed'), 0), coalesce(max(e.coins) filter (where a.name = 'bonus'), 0),
        coalesce(max(e.coins) filter (where a.name = 'purchased'), 0), coalesce(max(e.coins) filter (where a.name = 'earned'), 0)]
      into moved from ledger_accounts a
      left join ledger_entries e on e.tenant_id = p_tenant and e.transaction_id = p_id and e.account_id = a.id
      where a.tenant_id = p_tenant and a.user_id = owner;
  end if;
  insert into idempotency_keys (tenant_id, caller, key, fingerprint, status, body, transaction_id, moved, created_at)
    values (p_tenant, p_caller, p_key, p_fingerprint,
      case problem when 'not_found' then 404 when 'conflict' then 409 when 'invalid_request' then 400 when 'insufficient_balance' then 402 else 201 end,
      body, first_id, moved, p_at);
end $$;
`

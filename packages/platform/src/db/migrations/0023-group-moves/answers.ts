/** What is kept of a move's answer. */
export const answers = `
drop function wallet_move_group_told;
drop function wallet_move_told;
drop function wallet_move_group;
drop function wallet_move;
drop type wallet_wish;

-- What a coin move is answered with, beside what its request says itself: enough to write the same answer again. Older rows have it as body.
alter table idempotency_keys add column transaction_id text collate "C";
-- Afterwards: bonus, purchased, earned and held coins and what is owed (at most zero); then what bonus, purchased and earned changed by.
alter table idempotency_keys add column moved bigint[];

-- The answer to a move as JSON, for events. The process writes the same for its clients (present-move.ts).
create function wallet_moved_body(p_host_user text, p_type text, p_coins bigint, p_reason text, p_id text, p_at timestamptz, p_moved bigint[]) returns jsonb
language sql stable set search_path = public, pg_temp as $$
  select jsonb_build_object(
    'transaction', jsonb_build_object('id', p_id, 'type', p_type, 'coins', case p_type when 'credit' then p_coins else -p_coins end,
      'buckets', jsonb_strip_nulls(jsonb_build_object('bonus', nullif(p_moved[6], 0), 'purchased', nullif(p_moved[7], 0), 'earned', nullif(p_moved[8], 0))),
      'reference', null, 'description', p_reason, 'createdAt', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
    'wallet', jsonb_build_object('userId', p_host_user,
      'buckets', jsonb_build_object('bonus', p_moved[1], 'purchased', p_moved[2], 'earned', p_moved[3], 'held', p_moved[4]),
      'withdrawable', case when p_moved[5] < 0 then 0 else p_moved[3] end, 'balance', p_moved[1] + p_moved[2] + p_moved[3]))
$$;
`

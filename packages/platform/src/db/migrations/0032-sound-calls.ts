/** What a call's row may hold, judged by one function: PostgreSQL reads each check anew for every statement that writes, and calls had 28. */
export const soundCalls = `
-- Like a check, it refuses what is false and lets pass what is unknown.
create function calls_sound(callee text, caller text, channel text, direction text, number text, caller_peer text, callee_peer text,
  status text, end_reason text, end_requested_by text, ended_by text, review_reason text, limit_reason text,
  settled boolean, ended_at timestamptz, rate_coins integer, rate_seconds integer, share_percent integer, ring_seconds integer,
  limit_seconds integer, most_seconds integer, duration_seconds integer,
  held_coins bigint, charged_coins bigint, earned_coins bigint, refunded_coins bigint, overrun_coins bigint) returns boolean
language plpgsql immutable parallel safe as $$ begin
  return callee <> caller
    and channel in ('phone', 'browser')
    and direction in ('outbound', 'inbound')
    and (channel = 'phone') = (number is not null)
    and (channel = 'browser' or (caller_peer is null and callee_peer is null))
    and (caller_peer is null or caller_peer ~ '^[A-Za-z0-9_-]{16,64}$')
    and (callee_peer is null or callee_peer ~ '^[A-Za-z0-9_-]{16,64}$')
    and status in ('initiated', 'ringing', 'in_progress', 'completed', 'busy', 'no_answer', 'declined', 'canceled', 'failed')
    and (status in ('initiated', 'ringing', 'in_progress')) = (ended_at is null)
    and (end_reason is null) = (ended_at is null)
    and (end_reason is null or end_reason in ('caller_hangup', 'callee_hangup', 'balance_exhausted', 'max_duration', 'canceled', 'declined',
      'no_answer', 'busy', 'provider_error', 'platform'))
    and (not settled or ended_at is not null)
    and (end_requested_by is null or end_requested_by in ('caller', 'callee', 'platform', 'limit'))
    and (ended_by is null or ended_by in ('caller', 'callee'))
    and (review_reason is null or review_reason in ('unreadable', 'unreachable', 'no_provider', 'no_leg', 'goes_on', 'ledger_frozen',
      'wallet_full', 'fault', 'no_figures'))
    and limit_reason in ('balance_exhausted', 'max_duration')
    and rate_coins > 0 and rate_seconds > 0 and share_percent between 0 and 100 and ring_seconds > 0
    and limit_seconds > 0 and (most_seconds is null or most_seconds >= limit_seconds) and duration_seconds >= 0
    and held_coins > 0 and charged_coins between 0 and held_coins and earned_coins between 0 and charged_coins
    and refunded_coins between 0 and charged_coins and overrun_coins >= 0;
end $$;

do $$ declare old record; begin
  for old in select conname from pg_constraint where conrelid = 'calls'::regclass and contype = 'c' loop
    execute format('alter table calls drop constraint %I', old.conname);
  end loop;
end $$;
-- The rows that are there were judged by the checks before: they need not be read again behind everybody's back.
alter table calls add constraint calls_sound check (calls_sound(callee_id, caller_id, channel, direction, number, caller_peer, callee_peer,
  status, end_reason, end_requested_by, ended_by, review_reason, limit_reason,
  settled, ended_at, rate_coins, rate_seconds, share_percent, ring_seconds, limit_seconds, most_seconds, duration_seconds,
  held_coins, charged_coins, earned_coins, refunded_coins, overrun_coins)) not valid;
`

/** Calls on every path: browser calls, calls that come in, more than one telephone provider. */
export const callPaths = `
alter table calls drop constraint calls_channel_check;
alter table calls add constraint calls_channel_check check (channel in ('phone', 'browser'));
-- A browser call shows no number.
alter table calls alter column number drop not null;
alter table calls add constraint calls_number_check check ((channel = 'phone') = (number is not null));
alter table calls
  add column direction text not null default 'outbound' check (direction in ('outbound', 'inbound')),
  -- When the callee said yes; the talk begins when the two can hear each other.
  add column accepted_at timestamptz,
  -- Which provider was chosen, and why, at admission and at each fall-back since.
  add column routing jsonb,
  -- Whether the platform can end this call once it has been dialled.
  add column can_end boolean not null default true;

alter table numbers drop constraint numbers_provider_check;
alter table numbers add constraint numbers_provider_check check (provider in ('twilio', 'exotel'));
`

/** Several telephone providers behind one call: an app's own order, the callee's leg where we dial it ourselves, figures that come late. */
export const routing = `
alter table tenants add column provider_order text[]
  check (provider_order is null or (cardinality(provider_order) between 1 and 2 and provider_order <@ array['twilio', 'exotel']));

-- Set and committed before the provider is asked to ring the callee, where that is a request of its own: it is made once.
alter table calls add column callee_attempted_at timestamptz;

-- The provider ended the call and never told its figures.
alter table calls drop constraint calls_review_reason_check;
alter table calls add constraint calls_review_reason_check check (review_reason in
  ('unreadable', 'unreachable', 'no_provider', 'no_leg', 'goes_on', 'ledger_frozen', 'wallet_full', 'fault', 'no_figures'));
`

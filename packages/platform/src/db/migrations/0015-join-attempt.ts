/** When two legs were first asked to be joined. */
export const joinAttempt = `
-- Set and committed before the provider is asked: a refusal that comes after it does not say that the two never talked.
alter table calls add column join_attempted_at timestamptz;
`

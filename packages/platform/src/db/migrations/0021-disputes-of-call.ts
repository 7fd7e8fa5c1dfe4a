/** What became of a dispute, for the one who opened it: they ask by the call. */
export const disputesOfCall = `
create index disputes_of_call on disputes (tenant_id, call_id, id);
`

/** Calls that coins make longer while they go on. */
export const longerCalls = `
-- The longest that a call may last, however many coins there are; null of calls from before there was this.
alter table calls add column most_seconds integer check (most_seconds >= limit_seconds);
`

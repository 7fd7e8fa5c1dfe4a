/**
 * Answers that are kept for a day are found by their age a few times a day, and written thousands of times a second: a tree over their
 * times cost each request three microseconds, the ranges of blocks cost it nothing.
 */
export const keyTimes = `
drop index idempotency_keys_created_at_idx;
create index idempotency_keys_times on idempotency_keys using brin (created_at) with (pages_per_range = 32, autosummarize = on);
`

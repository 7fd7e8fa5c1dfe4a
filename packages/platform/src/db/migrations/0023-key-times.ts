/**
 * Answers that are kept for a day are found by their age a few times a day, and written thousands of times a second: a tree over their
 * times cost each request three microseconds. Whoever forgets them goes through the table instead.
 */
export const keyTimes = `
drop index idempotency_keys_created_at_idx;
`

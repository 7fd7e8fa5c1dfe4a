/**
 * The canonical text of a row: one line of JSON with its fields in this order and without spaces between them, in UTF-8. It is what a seal
 * digests (SHA-256) and what the export writes, so that anybody can compute the digest of a line. PostgreSQL makes it, in one place for
 * sealing, verifying and exporting; it is never changed, for it would change all digests: what a later release has to add goes at the end,
 * and only where there is something to say.
 */

const quoted = (value: string) => `coalesce(to_json(${value})::text, 'null')`

/** Entries in the order of their accounts, each `[account, user or null, coins]`. */
const entries = `coalesce((select string_agg('[' || e.account_id || ',' || ${quoted('e.user_id')} || ',' || e.coins || ']', ',' order by e.account_id)
  from ledger_entries e where e.tenant_id = t.tenant_id and e.transaction_id = t.id), '')`

/** Of a row `t` of ledger_transactions, with all that belongs to it. */
export const transactionLine = `('{"id":' || ${quoted('t.id')}
  || ',"createdAt":' || ${quoted(`to_char(t.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`)}
  || ',"type":' || ${quoted('t.type')}
  || ',"key":' || ${quoted('t.key')} || ',"fingerprint":' || ${quoted("encode(t.fingerprint, 'hex')")}
  || ',"referenceType":' || ${quoted('t.reference_type')} || ',"referenceId":' || ${quoted('t.reference_id')}
  || ',"description":' || ${quoted('t.description')} || ',"metadata":' || coalesce(t.metadata::text, 'null')
  || coalesce(',"reverses":' || to_json(to_jsonb(t) ->> 'reverses')::text, '')
  || ',"entries":[' || ${entries} || ']}')`

/** Of a row `a` of ledger_accounts: who owns what. Its balance is not sealed: it is the sum of its entries. */
export const accountLine = `('{"account":' || a.id || ',"user":' || ${quoted('a.user_id')} || ',"name":' || ${quoted('a.name')}
  || ',"shard":' || a.shard || '}')`

export const digestOf = (line: string) => `encode(sha256(convert_to(${line}, 'UTF8')), 'hex')`

/**
 * The canonical text of a row: one line of JSON with its fields in this order and without spaces between them, in UTF-8. It is what a seal
 * digests (SHA-256) and what the export writes, so that anybody can compute the digest of a line. PostgreSQL makes it, in one place for
 * sealing, verifying and exporting; it is never changed, for it would change all digests: what a later release has to add goes at the end,
 * and only where there is something to say.
 */

const quoted = (value: string) => `coalesce(to_json(${value})::text, 'null')`

const timeText = (value: string) => quoted(`to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`)

/** What an entry says of grants, where it does: which it took from or gave back to, and until when it is a grant itself (null: for ever). */
const grants = `case when e.grants is null and e.expires_at is null then '' else ',{' || concat_ws(',', '"grants":' || e.grants::text,
  '"expiresAt":' || case when isfinite(e.expires_at) then ${timeText('e.expires_at')} else 'null' end) || '}' end`

/** Entries in the order of their accounts, each `[account, user or null, coins]`, with a fourth place where there are grants. */
const entries = `coalesce((select string_agg('[' || e.account_id || ',' || ${quoted('e.user_id')} || ',' || e.coins || ${grants} || ']', ','
    order by e.account_id)
  from ledger_entries e where e.tenant_id = t.tenant_id and e.transaction_id = t.id), '')`

/** What was asked for under the transaction's key, which makes the key's own row a part of what is sealed. */
const fingerprint = `(select encode(k.fingerprint, 'hex') from ledger_keys k
  where k.tenant_id = t.tenant_id and k.key = t.key and k.transaction_id = t.id)`

/** Of a row `t` of ledger_transactions, with all that belongs to it. */
export const transactionLine = `('{"id":' || ${quoted('t.id')} || ',"createdAt":' || ${timeText('t.created_at')} || ',"type":' || ${quoted('t.type')}
  || ',"key":' || ${quoted('t.key')} || ',"fingerprint":' || ${quoted(fingerprint)}
  || ',"referenceType":' || ${quoted('t.reference_type')} || ',"referenceId":' || ${quoted('t.reference_id')}
  || ',"reverses":' || ${quoted('t.reverses')} || ',"description":' || ${quoted('t.description')}
  || ',"metadata":' || coalesce(t.metadata::text, 'null') || ',"entries":[' || ${entries} || ']}')`

/** Of a row `a` of ledger_accounts: who owns what. Its balance is not sealed: it is the sum of its entries. */
export const accountLine = `('{"account":' || a.id || ',"user":' || ${quoted('a.user_id')} || ',"name":' || ${quoted('a.name')}
  || ',"shard":' || a.shard || '}')`

export const digestOf = (line: string) => `encode(sha256(convert_to(${line}, 'UTF8')), 'hex')`

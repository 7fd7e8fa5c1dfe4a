import type { TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import { everyTenant } from '../../base/tenant.ts'
import { accountLine, digestOf, transactionLine } from './ledger-line.ts'
import type { Seal, Sealed, SealBody } from './seal-text.ts'

/** How far a ledger may be sealed. */
export interface Mark {
  /** null: none was set yet. */
  readonly markedAt: Date | null
  /** Whether all that was under way at the mark is over. */
  readonly isPast: boolean
  readonly accountId: string
}

/** A ledger with rows behind its newest seal. */
export interface OpenLedger {
  readonly id: TenantId
  readonly appId: string
  readonly mode: string
}

export const listOpenLedgers = (db: Db): Promise<OpenLedger[]> =>
  db.transact(everyTenant, (tx) =>
    tx.query<OpenLedger>(
      `select t.id, t.app_id as "appId", t.mode from tenants t
       left join lateral (select up_to, up_to_account from ledger_seals where tenant_id = t.id order by number desc limit 1) s on true
       where exists (select from ledger_transactions x where x.tenant_id = t.id and x.id > coalesce(s.up_to, ''))
         or exists (select from ledger_accounts a where a.tenant_id = t.id and a.id > coalesce(s.up_to_account, 0)) order by t.id`,
    ),
  )

/**
 * Takes the turn to seal this ledger until the transaction ends; undefined: another process has it. A mark with a next_xid that PostgreSQL has
 * not reached comes from another server, whose rows were copied here: what ran there is over.
 */
export async function takeTurn(tx: Tx, tenantId: TenantId): Promise<Mark | undefined> {
  await tx.query('insert into ledger_seal_marks (tenant_id) values ($1) on conflict do nothing', [tenantId])
  const [row] = await tx.query<Mark>(
    `select marked_at as "markedAt", account_id::text as "accountId",
       coalesce(next_xid <= pg_snapshot_xmin(pg_current_snapshot()) or next_xid > pg_snapshot_xmax(pg_current_snapshot()), false) as "isPast"
     from ledger_seal_marks where tenant_id = $1 for update skip locked`,
    [tenantId],
  )
  return row
}

/** Remembers this moment, for the next round. */
export async function setMark(tx: Tx, tenantId: TenantId, now: Date): Promise<void> {
  await tx.query(
    `update ledger_seal_marks set marked_at = $2, next_xid = pg_snapshot_xmax(pg_current_snapshot()),
       account_id = coalesce((select max(id) from ledger_accounts where tenant_id = $1), 0) where tenant_id = $1`,
    [tenantId, now],
  )
}

/** The chain's newest seal, as its number says that is kept beside the chain. */
export async function sealedNumber(tx: Tx, tenantId: TenantId): Promise<number> {
  const [row] = await tx.query<{ number: string }>('select sealed_number as number from ledger_seal_marks where tenant_id = $1', [tenantId])
  return Number(row?.number ?? 0)
}

export async function newestSeal(tx: Tx, tenantId: TenantId): Promise<Pick<Seal, 'number' | 'hash' | 'upTo' | 'upToAccount'> | undefined> {
  const [row] = await tx.query<{ number: string; hash: string; upTo: string; upToAccount: string }>(
    `select number, encode(hash, 'hex') as hash, up_to as "upTo", up_to_account::text as "upToAccount"
     from ledger_seals where tenant_id = $1 order by number desc limit 1`,
    [tenantId],
  )
  return row && { ...row, number: Number(row.number) }
}

/** Appends to the chain: the append-only row, and its number beside the chain. */
export async function insertSeal(tx: Tx, tenantId: TenantId, seal: Seal): Promise<void> {
  const bytesOf = (rows: readonly Sealed[]) => Buffer.from(rows.map(({ digest }) => digest).join(''), 'hex')
  await tx.query(
    `insert into ledger_seals (tenant_id, number, kind, previous_hash, hash, sealed_at, up_to, up_to_account, account_ids, account_digests,
       transaction_ids, transaction_digests, entry_count, coins)
     values ($1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      tenantId,
      seal.number,
      seal.kind,
      seal.previousHash,
      seal.hash,
      seal.sealedAt,
      seal.upTo,
      seal.upToAccount,
      seal.accounts.map(({ id }) => id),
      bytesOf(seal.accounts),
      seal.transactions.map(({ id }) => id),
      bytesOf(seal.transactions),
      seal.entryCount,
      seal.coins,
    ],
  )
  await tx.query('update ledger_seal_marks set sealed_number = $2 where tenant_id = $1', [tenantId, seal.number])
}

/** Which rows: ids above `after` and not above `upTo`. */
export interface Range {
  readonly after: string
  readonly upTo: string
  readonly limit: number
}

/** These read by index whatever the planner thinks of tables that have just grown. */
export async function readByIndex(tx: Tx): Promise<void> {
  await tx.query("select set_config(name, 'off', true) from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) name")
}

export const readAccounts = (tx: Tx, tenantId: TenantId, { after, upTo, limit }: Range): Promise<Sealed[]> =>
  tx.query<Sealed>(
    `select a.id::text as id, ${digestOf(accountLine)} as digest from ledger_accounts a
     where a.tenant_id = $1 and a.id > $2::bigint and a.id <= $3::bigint order by a.id limit $4`,
    [tenantId, after, upTo, limit],
  )

export const readTransactions = (tx: Tx, tenantId: TenantId, { after, upTo, limit }: Range): Promise<Sealed[]> =>
  tx.query<Sealed>(
    `select t.id, ${digestOf(transactionLine)} as digest from ledger_transactions t
     where t.tenant_id = $1 and t.id > $2 and t.id <= $3 order by t.id limit $4`,
    [tenantId, after, upTo, limit],
  )

export const readSomeTransactions = (tx: Tx, tenantId: TenantId, ids: readonly string[]): Promise<Sealed[]> =>
  tx.query<Sealed>(
    `select t.id, ${digestOf(transactionLine)} as digest from ledger_transactions t where t.tenant_id = $1 and t.id = any($2) order by t.id`,
    [tenantId, ids],
  )

/** The entries of some transactions. */
export async function addUp(tx: Tx, tenantId: TenantId, ids: readonly string[]): Promise<Pick<SealBody, 'entryCount' | 'coins'>> {
  const [row] = await tx.query<{ entryCount: string; coins: string }>(
    `select count(*)::text as "entryCount", coalesce(sum(e.coins) filter (where e.coins > 0), 0)::text as coins
     from unnest($2::text[]) i (id) join ledger_entries e on e.tenant_id = $1 and e.transaction_id = i.id`,
    [tenantId, ids],
  )
  return row ?? { entryCount: '0', coins: '0' }
}

interface SealRecord extends Omit<Seal, 'appId' | 'mode' | 'number' | 'accounts' | 'transactions'> {
  readonly number: string
  readonly accountIds: readonly string[]
  readonly accountDigests: Buffer
  readonly transactionIds: readonly string[]
  readonly transactionDigests: Buffer
}

/** A time that JavaScript has no date for was put there by hand: another one stands in for it, and the seal's hash tells. */
export const sealedAt = `case when sealed_at between '2000-01-01' and '9999-12-31' then sealed_at else 'epoch' end as "sealedAt"`

const sealColumns = `number, kind, encode(previous_hash, 'hex') as "previousHash", encode(hash, 'hex') as hash, ${sealedAt},
  up_to as "upTo", up_to_account::text as "upToAccount", account_ids::text[] as "accountIds", account_digests as "accountDigests",
  transaction_ids as "transactionIds", transaction_digests as "transactionDigests", entry_count::text as "entryCount", coins::text as coins`

const listOf = (ids: readonly string[], digests: Buffer): Sealed[] =>
  ids.map((id, place) => ({ id, digest: digests.toString('hex', place * 32, place * 32 + 32) }))

/** The next seal of the chain; undefined at its end. */
export async function sealAfter(tx: Tx, ledger: OpenLedger, number: number): Promise<Seal | undefined> {
  const [row] = await tx.query<SealRecord>(
    `select ${sealColumns} from ledger_seals where tenant_id = $1 and number > $2 order by number limit 1`,
    [ledger.id, number],
  )
  if (row === undefined) return undefined
  const { accountIds, accountDigests, transactionIds, transactionDigests, ...rest } = row
  return {
    ...rest,
    appId: ledger.appId,
    mode: ledger.mode,
    number: Number(row.number),
    accounts: listOf(accountIds, accountDigests),
    transactions: listOf(transactionIds, transactionDigests),
  }
}

/** What operators have accepted behind the chain's mark, by id. */
export async function lateTransactions(tx: Tx, tenantId: TenantId): Promise<Map<string, string>> {
  const rows = await tx.query<{ ids: string[]; digests: Buffer }>(
    "select transaction_ids as ids, transaction_digests as digests from ledger_seals where tenant_id = $1 and kind = 'late'",
    [tenantId],
  )
  return new Map(rows.flatMap(({ ids, digests }) => listOf(ids, digests).map(({ id, digest }) => [id, digest] as const)))
}

export async function countUnsealed(tx: Tx, tenantId: TenantId, upTo: string): Promise<number> {
  const [row] = await tx.query<{ count: string }>('select count(*) from ledger_transactions where tenant_id = $1 and id > $2', [
    tenantId,
    upTo,
  ])
  return Number(row?.count ?? 0)
}

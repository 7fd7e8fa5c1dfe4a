import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { OnceKey } from '../../http/implement.ts'
import type { UserAccount } from './ledger-entry.ts'

export interface KnownTransaction {
  readonly id: string
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The transaction that was posted under a key. */
export async function transactionByKey(tx: Tx, tenantId: TenantId, key: string): Promise<KnownTransaction | undefined> {
  const [row] = await tx.query<{ id: string; metadata: Record<string, unknown> | null }>(
    `select t.id, t.metadata from ledger_keys k join ledger_transactions t on t.tenant_id = k.tenant_id and t.id = k.transaction_id
     where k.tenant_id = $1 and k.key = $2`,
    [tenantId, key],
  )
  return row === undefined ? undefined : { id: row.id, metadata: row.metadata ?? {} }
}

/** What a transaction did to each account of a user. */
export async function changesOf(
  tx: Tx,
  tenantId: TenantId,
  transactionId: string,
  userId: string,
): Promise<Partial<Record<UserAccount, number>>> {
  const rows = await tx.query<{ name: UserAccount; coins: string }>(
    `select a.name, e.coins from ledger_entries e join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
     where e.tenant_id = $1 and e.transaction_id = $2 and e.user_id = $3`,
    [tenantId, transactionId, userId],
  )
  const changes: Partial<Record<UserAccount, number>> = {}
  for (const { name, coins } of rows) changes[name] = toCoins(coins)
  return changes
}

/** A refusal as the row of its Idempotency-Key keeps it. */
export interface KeptRefusal {
  readonly problem: 'not_found' | 'insufficient_balance' | 'conflict' | 'invalid_request'
  readonly detail?: string
}

export interface OneMove {
  readonly id: string
  readonly type: 'credit' | 'debit'
  readonly hostUserId: string
  readonly bucket: string | null
  readonly coins: number
  readonly reason: string
  readonly by: Readonly<Record<string, string>>
  readonly now: Date
  /** Of bonus coins. */
  readonly expiresAt?: Date | undefined
}

export interface OneMoveAnswer<Moved> {
  readonly outcome: 'new' | 'replay' | 'reused' | 'in_progress' | 'frozen'
  /** null: the outcome says it all. */
  readonly body: Moved | KeptRefusal | null
  readonly userId: string | null
}

/** Calls `wallet_move_told`: a whole request in one statement that is its own transaction. */
export async function moveInOneStatement<Moved>(db: Db, tenantId: TenantId, key: OnceKey, wish: OneMove): Promise<OneMoveAnswer<Moved>> {
  const [row] = await db.statement<{ outcome: OneMoveAnswer<Moved>['outcome']; body: Moved | KeptRefusal | null; user_id: string | null }>(
    `select outcome, body, user_id from wallet_move_told($1::integer, $2::text, $3::text, $4::bytea, $5::timestamptz, $6::text, $7::text, $8::text,
       $9::text, $10::bigint, $11::text, $12::jsonb, $13::timestamptz, $14::timestamptz)`,
    [
      tenantId,
      key.caller,
      key.key,
      key.fingerprint,
      key.since,
      wish.id,
      wish.hostUserId,
      wish.type,
      wish.bucket,
      wish.coins,
      wish.reason,
      JSON.stringify(wish.by),
      wish.now,
      wish.expiresAt ?? null,
    ],
  )
  if (row === undefined) throw new Error('wallet_move did not answer')
  return { outcome: row.outcome, body: row.body, userId: row.user_id }
}

/** A request's move with its Idempotency-Key. */
export interface KeyedMove {
  readonly key: OnceKey
  readonly wish: OneMove
}

/** Calls `wallet_move_group_told`: many moves of one tenant in one statement, which is its own transaction or part of one. Answers stand as the moves do. */
export async function moveManyInOneStatement<Moved>(
  db: Pick<Db, 'statement'> | Tx,
  tenantId: TenantId,
  moves: readonly KeyedMove[],
): Promise<OneMoveAnswer<Moved>[]> {
  const wishes = moves.map(({ key, wish }, n) => ({
    n,
    caller: key.caller,
    key: key.key,
    fingerprint: `\\x${key.fingerprint.toString('hex')}`,
    since: key.since,
    id: wish.id,
    host_user: wish.hostUserId,
    type: wish.type,
    bucket: wish.bucket,
    coins: wish.coins,
    reason: wish.reason,
    metadata: wish.by,
    at: wish.now,
    expires_at: wish.expiresAt ?? null,
  }))
  const text = 'select wallet_move_group_told($1::integer, $2::jsonb) as answers'
  const values = [tenantId, JSON.stringify(wishes)]
  type Answers = { answers: (OneMoveAnswer<Moved> & { n: number })[] }
  const [row] = await ('statement' in db ? db.statement<Answers>(text, values) : db.query<Answers>(text, values))
  const answers = new Map(row?.answers.map((answer) => [answer.n, answer]))
  return moves.map((_, n) => {
    const answer = answers.get(n)
    if (answer === undefined) throw new Error('wallet_move_group left a move unanswered')
    return { outcome: answer.outcome, body: answer.body, userId: answer.userId }
  })
}

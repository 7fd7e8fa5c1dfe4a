import type { TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { OnceKey } from '../../http/implement.ts'
import { presentMove, type MoveAnswer } from './present-move.ts'

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

export interface OneMoveAnswer {
  readonly outcome: 'new' | 'replay' | 'reused' | 'in_progress' | 'frozen'
  /** null: the outcome says it all. */
  readonly body: MoveAnswer | KeptRefusal | null
  /** Whose wallet it is; not told of replays. */
  readonly userId: string | null
}

/** A request's move with its Idempotency-Key. */
export interface KeyedMove {
  readonly key: OnceKey
  readonly wish: OneMove
}

interface Told {
  readonly outcomes: string
  readonly owners: string
  readonly numbers: string
  readonly firsts: string | null
  readonly bodies: Readonly<Record<string, MoveAnswer | KeptRefusal>> | null
}

const text = `select outcomes, owners, numbers, firsts, bodies from wallet_move_group($1::integer, $2::text[], $3::text[], $4::bytea[],
  $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::text[], $13::jsonb[], $14::integer[],
  $15::bigint[], $16::integer[])`

/** Calls `wallet_move_group`: moves of one tenant in one statement, which is its own transaction or part of one. Answers stand as the moves do. */
export async function moveManyInOneStatement(
  db: Pick<Db, 'statement'> | Tx,
  tenantId: TenantId,
  moves: readonly KeyedMove[],
): Promise<OneMoveAnswer[]> {
  const values = [tenantId, ...columnsOf(moves)]
  const [row] = await ('statement' in db ? db.statement<Told>(text, values) : db.query<Told>(text, values))
  if (row === undefined) throw new Error('wallet_move_group did not answer')
  return answersOf(row, moves)
}

/** Arrays as PostgreSQL writes them: the driver's way takes several times as long. */
const listOf = (moves: readonly KeyedMove[], field: (move: KeyedMove) => string | number | null): string => {
  let list = ''
  for (const move of moves) list += `${list === '' ? '{' : ','}${field(move) ?? 'null'}`
  return `${list}}`
}
const quoted = (text: string): string => `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\$&') : text}"`

function columnsOf(moves: readonly KeyedMove[]): string[] {
  const places = new Map<string, number>()
  const by = listOf(moves, ({ wish }) => {
    const metadata = JSON.stringify(wish.by)
    const place = places.get(metadata) ?? places.size + 1
    places.set(metadata, place)
    return place
  })
  return [
    listOf(moves, ({ key }) => quoted(key.caller)),
    listOf(moves, ({ key }) => quoted(key.key)),
    listOf(moves, ({ key }) => `"\\\\x${key.fingerprint.toString('hex')}"`),
    listOf(moves, ({ key }) => key.since.getTime()),
    listOf(moves, ({ wish }) => wish.now.getTime()),
    listOf(moves, ({ wish }) => quoted(wish.id)),
    listOf(moves, ({ wish }) => quoted(wish.hostUserId)),
    listOf(moves, ({ wish }) => wish.type),
    listOf(moves, ({ wish }) => wish.bucket && quoted(wish.bucket)),
    listOf(moves, ({ wish }) => wish.coins),
    listOf(moves, ({ wish }) => quoted(wish.reason)),
    `{${[...places.keys()].map(quoted).join(',')}}`,
    by,
    listOf(moves, ({ wish }) => wish.expiresAt?.getTime() ?? null),
    `{${secondsOf(moves).join(',')}}`,
  ]
}

/** The places of moves whose user or key is there already: theirs is another turn. */
function secondsOf(moves: readonly KeyedMove[]): number[] {
  const users = new Set<string>()
  const keys = new Set<string>()
  const seconds: number[] = []
  for (const [n, { key, wish }] of moves.entries()) {
    const name = `${key.caller} ${key.key}`
    if (users.has(wish.hostUserId) || keys.has(name)) seconds.push(n + 1)
    users.add(wish.hostUserId)
    keys.add(name)
  }
  return seconds
}

const outcomes: Readonly<Record<string, OneMoveAnswer['outcome']>> = {
  posted: 'new',
  refused: 'new',
  not_found: 'new',
  insufficient_balance: 'new',
  replay: 'replay',
  reused: 'reused',
  in_progress: 'in_progress',
  frozen: 'frozen',
}

function answersOf(told: Told, moves: readonly KeyedMove[]): OneMoveAnswer[] {
  const owners = told.owners.split(',')
  const numbers = told.numbers.split(';').map((list) => list.split(','))
  const firsts = firstsOf(told.firsts)
  return told.outcomes.split(',').map((word, n): OneMoveAnswer => {
    const outcome = outcomes[word]
    const wish = moves[n]?.wish
    if (outcome === undefined || wish === undefined) throw new Error(`wallet_move_group told of ${word}`)
    const userId = owners[n] === '' ? null : (owners[n] ?? null)
    const first = word === 'posted' ? { id: wish.id, at: wish.now } : firsts.get(n)
    if (first === undefined) return { outcome, body: told.bodies?.[n + 1] ?? null, userId }
    const moved = numbers.map((list) => Number(list[n]))
    return { outcome, body: presentMove(wish, first, moved), userId }
  })
}

function firstsOf(list: string | null): ReadonlyMap<number, { readonly id: string; readonly at: Date }> {
  const firsts = new Map<number, { readonly id: string; readonly at: Date }>()
  const parts = list?.split(',') ?? []
  for (let at = 0; at + 2 < parts.length; at += 3)
    firsts.set(Number(parts[at]) - 1, { id: String(parts[at + 1]), at: new Date(Number(parts[at + 2])) })
  return firsts
}

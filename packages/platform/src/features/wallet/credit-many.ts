import { problems, type AnswerOf, type FieldError, type ProblemCode, type allSchemas } from '@impacthub/sdk/contract'
import { createHash } from 'node:crypto'
import { fail } from '../../base/problem.ts'
import type { SecretActor } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'
import type { RequestContext } from '../../http/implement.ts'
import type { Spendable } from './ledger-entry.ts'
import { expiryOf, type MoveDeps } from './move-by-key.ts'
import { moveManyInOneStatement, type KeyedMove, type OneMoveAnswer } from './moves-store.ts'
import { nextTransactionId } from './transaction-id.ts'

export interface CreditManyDeps extends Pick<MoveDeps, 'clock' | 'announceWallet'> {
  readonly db: Db
}

interface Wish {
  readonly mode: 'all' | 'each'
  readonly credits: readonly {
    readonly key: string
    readonly userId: string
    readonly coins: number
    readonly bucket: Spendable
    readonly reason: string
    readonly expiresAt?: string | undefined
  }[]
}

type Answer = AnswerOf<(typeof allSchemas)['wallets']['creditMany']>
type Item = Answer['data'][number]

interface Judged {
  readonly item: Item
  /** Whose wallet has changed now: not what a key remembers. */
  readonly changed: string | null
}

/**
 * Up to a thousand credits in a few statements and one transaction, with the claim of the request's Idempotency-Key and its remembered answer.
 * Each credit has a key of its own beside that: sent again in another request, it is answered as the first time. Every refusal is a value, so
 * with `each` it leaves the others alone; with `all` the first one undoes everything, keys included.
 * A process that dies before the commit has given nothing; one that dies after it answers the same request with the first answer.
 */
export async function creditMany(deps: CreditManyDeps, context: RequestContext<SecretActor>, wish: Wish): Promise<Answer> {
  const { clock, announceWallet } = deps
  const tenantId = context.actor.tenant.id
  const moves = keyedMoves(context, wish, clock.now())
  let changed: Judged[] = []
  const answer = await context.once(async (tx): Promise<Answer> => {
    // A thousand credits are a second's work at most, but a busy machine's second may be longer than a request's statement gets.
    await tx.patiently()
    const answers = await inRounds(moves, (round) => moveManyInOneStatement(tx, tenantId, round))
    const judged = answers.map((one, n) => judge(one, wish.credits[n]?.key ?? ''))
    if (wish.mode === 'all') refuseAllForOne(judged)
    changed = judged.filter((one) => one.changed !== null)
    const credited = judged.filter(({ item }) => item.status === 'credited').length
    return { data: judged.map(({ item }) => item), credited, refused: judged.length - credited }
  })
  for (const { changed: userId, item } of changed)
    if (userId !== null && item.status === 'credited') void announceWallet(tenantId, userId, item.wallet).catch(() => undefined)
  return answer
}

/** The keys of credits are apart from those of requests: the same text may be both. */
function keyedMoves({ actor, ip, onceKey }: RequestContext<SecretActor>, { credits }: Wish, now: Date): KeyedMove[] {
  if (onceKey === undefined) return fail('idempotency_key_required')
  const by = { by: actor.keyId, ip }
  const seen = new Set<string>()
  const errors: FieldError[] = []
  const moves = credits.map(({ key, userId: hostUserId, coins, bucket, reason, expiresAt }, n): KeyedMove => {
    if (seen.has(key)) errors.push({ pointer: `/credits/${n}/key`, detail: 'is given twice' })
    seen.add(key)
    const content = JSON.stringify([hostUserId, coins, bucket, reason, expiresAt ?? null])
    const fingerprint = createHash('sha256').update(content).digest()
    const once = { caller: `${onceKey.caller}/credits`, key, fingerprint, since: onceKey.since }
    const expires = expiryOf({ bucket, expiresAt }, now, `/credits/${n}/expiresAt`)
    const id = nextTransactionId(now)
    return { key: once, wish: { id, type: 'credit', hostUserId, bucket, coins, reason, by, now, expiresAt: expires } }
  })
  if (errors.length > 0) return fail('invalid_request', { errors: errors.slice(0, 20) })
  return moves
}

const mostRounds = 20

/**
 * The first credit of each user goes with those of the others, then the second ones: as sets, and not one by one. The first round locks all
 * users, so that those after it wait for nobody.
 */
async function inRounds<Answer>(moves: readonly KeyedMove[], post: (round: readonly KeyedMove[]) => Promise<Answer[]>): Promise<Answer[]> {
  const rounds: { readonly move: KeyedMove; readonly n: number }[][] = []
  const times = new Map<string, number>()
  for (const [n, move] of moves.entries()) {
    const nth = times.get(move.wish.hostUserId) ?? 0
    times.set(move.wish.hostUserId, nth + 1)
    ;(rounds[Math.min(nth, mostRounds - 1)] ??= []).push({ move, n })
  }
  const answers = new Map<number, Answer>()
  for (const round of rounds) {
    const told = await post(round.map(({ move }) => move))
    for (const [place, { n }] of round.entries()) {
      const answer = told[place]
      if (answer !== undefined) answers.set(n, answer)
    }
  }
  return moves.map((_, n) => answers.get(n) ?? missing())
}

const missing = (): never => {
  throw new Error('a credit was left unanswered')
}

function judge({ outcome, body, userId }: OneMoveAnswer, key: string): Judged {
  // Both pass by themselves: the whole request may come again as it is.
  if (outcome === 'frozen') return fail('ledger_frozen', { retryAfterSeconds: 60 })
  if (outcome === 'in_progress') return fail('idempotency_in_progress', { retryAfterSeconds: 1 })
  const refused = (code: ProblemCode, detail: string | undefined): Judged => ({
    item: { key, status: 'refused', code, detail: detail ?? problems[code].remedy },
    changed: null,
  })
  if (outcome === 'reused') return refused('idempotency_key_reused', undefined)
  if (body === null) throw new Error('the ledger did not answer')
  if ('problem' in body) return refused(body.problem, body.problem === 'invalid_request' ? 'expiresAt must lie ahead' : body.detail)
  const { transaction, wallet } = body
  return { item: { key, status: 'credited', transaction, wallet }, changed: outcome === 'new' ? userId : null }
}

/** Named by the first refusal; all of them are pointed at. */
function refuseAllForOne(judged: readonly Judged[]): void {
  const refusals = judged.flatMap(({ item }, n) => (item.status === 'refused' ? [{ n, code: item.code, detail: item.detail }] : []))
  const [first] = refusals
  if (first === undefined) return
  const known = Object.keys(problems).find((code): code is ProblemCode => code === first.code) ?? 'conflict'
  const errors = refusals.slice(0, 20).map(({ n, code, detail }) => ({ pointer: `/credits/${n}`, detail: `${code}: ${detail}` }))
  fail(known, {
    detail: `${refusals.length} of ${judged.length} credits cannot be given, so none was: the first is number ${first.n + 1}.`,
    errors,
  })
}

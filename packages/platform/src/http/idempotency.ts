import { problems, type ProblemCode } from '@impacthub/sdk/contract'
import type { TenantId } from '../base/tenant.ts'
import { Problem, fail } from '../base/problem.ts'
import type { Db, Tx } from '../db/connect.ts'
import { Reply, type OnceKey } from './implement.ts'

/**
 * The row of a key is written in the transaction of the effect, so that an effect without its remembered answer cannot exist.
 * Kept are successes and business refusals: a late copy of a refused request must not succeed afterwards.
 */
const keptRefusals = new Set([402, 403, 404, 409])

export const keeps = (problem: Problem): boolean => keptRefusals.has(problem.status) && !problem.code.startsWith('idempotency_')

interface Claim {
  readonly outcome: 'new' | 'replay' | 'reused' | 'in_progress'
  readonly status: number | null
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly replayed: boolean
}

/** Refuses what may not go on; what is left is `new` or `replay`. */
export function refuseUnlessMine(outcome: Claim['outcome']): void {
  if (outcome === 'reused') fail('idempotency_key_reused')
  if (outcome === 'in_progress') fail('idempotency_in_progress', { retryAfterSeconds: 1 })
}

const claim = async (tx: Tx, tenantId: TenantId, key: OnceKey): Promise<Claim> => {
  const [row] = await tx.query<Claim>('select outcome, status, body from idempotency_claim($1, $2, $3, $4, $5)', [
    tenantId,
    key.caller,
    key.key,
    key.fingerprint,
    key.since,
  ])
  if (row === undefined) throw new Error('idempotency_claim gave nothing')
  refuseUnlessMine(row.outcome)
  return row
}

/** A route that becomes private is asked with keys that were used while it was not: for a day, and while versions run side by side. */
async function answerOfEarlierVersion(
  tx: Tx,
  tenantId: TenantId,
  { caller, plain, since }: OnceKey,
): Promise<Pick<Claim, 'status' | 'body'> | undefined> {
  if (plain === undefined) return undefined
  const [row] = await tx.query<Pick<Claim, 'status' | 'body'>>(
    'select status, body from idempotency_keys where tenant_id = $1 and caller = $2 and key = $3 and fingerprint = $4 and created_at >= $5',
    [tenantId, caller, plain.key, plain.fingerprint, since],
  )
  return row
}

const keep = (tx: Tx, tenantId: TenantId, key: OnceKey, status: number, body: unknown, now: Date): void =>
  tx.write(
    'insert into idempotency_keys (tenant_id, caller, key, fingerprint, status, body, created_at) values ($1, $2, $3, $4, $5, $6, $7)',
    [tenantId, key.caller, key.key, key.fingerprint, status, body === undefined ? null : JSON.stringify(body), now],
  )

const isCode = (value: unknown): value is ProblemCode => typeof value === 'string' && value in problems

/** The first answer again, refusals as the problems they were. */
export function replay(status: number, body: unknown): Answer {
  if (status < 400) return { status, body: body ?? undefined, replayed: true }
  const kept = body !== null && typeof body === 'object' ? body : {}
  const code = 'problem' in kept && isCode(kept.problem) ? kept.problem : 'conflict'
  const detail = 'detail' in kept && typeof kept.detail === 'string' ? { detail: kept.detail } : {}
  return fail(code, { ...detail, headers: { 'Idempotent-Replay': 'true' } })
}

export interface Once {
  readonly db: Db
  readonly tenantId: TenantId
  readonly key: OnceKey
  readonly now: Date
  /** The route's usual status of success. */
  readonly success: number
}

/** Whether the key has its answer. */
export async function isAnswered({ db, tenantId, key }: Once): Promise<boolean> {
  const text = 'select 1 from idempotency_keys where tenant_id = $1 and caller = $2 and key = $3 and created_at >= $4'
  return (await db.read(tenantId, text, [tenantId, key.caller, key.key, key.since])).length > 0
}

/** Claims the key, runs the work, remembers its answer, all in one transaction. */
export async function runOnce({ db, tenantId, key, now, success }: Once, work: (tx: Tx) => Promise<unknown>): Promise<Answer> {
  let refusal: Problem | undefined
  const answer = await db.transact(tenantId, async (tx): Promise<Answer> => {
    refusal = undefined
    const claimed = await claim(tx, tenantId, key)
    const known = claimed.outcome === 'replay' ? claimed : await answerOfEarlierVersion(tx, tenantId, key)
    if (known !== undefined && known.status !== null) return replay(known.status, known.body)
    try {
      const result = await tx.savepoint(() => work(tx))
      const [status, body] = result instanceof Reply ? [result.status, result.body as unknown] : [success, result]
      keep(tx, tenantId, key, status, body, now)
      return { status, body, replayed: false }
    } catch (error) {
      if (!(error instanceof Problem) || !keeps(error)) throw error
      refusal = error
      keep(tx, tenantId, key, error.status, { problem: error.code, detail: error.details.detail }, now)
      return { status: error.status, body: undefined, replayed: false }
    }
  })
  if (refusal !== undefined) throw refusal
  return answer
}

/** Remembers a refusal that was found before the transaction; gives the first answer instead when there already is one. */
export async function keepRefusal(once: Once, problem: Problem): Promise<Answer> {
  return runOnce(once, () => Promise.reject(problem))
}

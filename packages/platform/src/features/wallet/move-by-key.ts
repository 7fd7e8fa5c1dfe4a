import type { WalletBalances } from '@impacthub/sdk/contract'
import type { Clock } from '../../base/clock.ts'
import { nextTransactionId } from './transaction-id.ts'
import { fail, type ProblemDetails } from '../../base/problem.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import type { RequestContext } from '../../http/implement.ts'
import type { PostMove } from './group-posting.ts'
import type { Spendable } from './ledger-entry.ts'
import type { KeptRefusal } from './moves-store.ts'
import type { MoveAnswer } from './present-move.ts'

export interface MoveDeps {
  readonly postMove: PostMove
  readonly clock: Clock
  /** Tells the user's open sockets what the wallet holds now. A hint that may be lost or late: the wallet itself is what counts. */
  readonly announceWallet: (tenantId: TenantId, userId: string, balances: WalletBalances) => Promise<void>
}

export interface CoinMove {
  readonly type: 'credit' | 'debit'
  readonly hostUserId: string
  /** null: a debit from all that can be spent, in the order in which it is spent. */
  readonly bucket: Spendable | null
  readonly coins: number
  readonly reason: string
  /** Of bonus coins: nobody can spend them from then on. */
  readonly expiresAt?: Date | undefined
}

const longestLifeMs = 10 * 366 * 86_400_000

/** When the coins of a credit expire. Only a new request can come too late: one that is repeated gets its first answer. */
export function expiryOf(
  { bucket, expiresAt }: { readonly bucket: string; readonly expiresAt?: string | undefined },
  now: Date,
  pointer = '/expiresAt',
): Date | undefined {
  if (expiresAt === undefined) return undefined
  const wrong = (detail: string) => fail('invalid_request', { errors: [{ pointer, detail }] })
  if (bucket !== 'bonus') return wrong('only bonus coins expire')
  const time = new Date(expiresAt)
  if (time.getTime() > now.getTime() + longestLifeMs) return wrong('must lie within ten years')
  return time
}

/** What a kept refusal tells: the one field that can be wrong only by the time of the request is the expiry. */
const toldOf = ({ problem, detail }: KeptRefusal): ProblemDetails =>
  detail === undefined ? {} : problem === 'invalid_request' ? { errors: [{ pointer: '/expiresAt', detail }] } : { detail }

const isRefusal = (body: MoveAnswer | KeptRefusal): body is KeptRefusal => 'problem' in body

/**
 * Coins given by the app's server or spent in the app, in one statement that other requests may share: claim of the Idempotency-Key, move
 * and remembered answer commit together.
 * A process that dies before the commit has done nothing; one that dies after it answers the same request again with the first answer.
 */
export async function moveByKey(deps: MoveDeps, context: RequestContext<SecretActor>, move: CoinMove): Promise<MoveAnswer> {
  const { postMove, clock, announceWallet } = deps
  const { actor, onceKey, ip, settleOnce } = context
  if (onceKey === undefined) return fail('idempotency_key_required')
  const now = clock.now()
  // The ledger keeps who moved the coins and from where: it is append-only, as the audit is.
  const by = { by: actor.keyId, ip }
  const { outcome, body, userId } = await postMove(actor.tenant.id, onceKey, {
    ...move,
    id: nextTransactionId(now),
    by,
    now,
  })
  if (outcome === 'frozen') return fail('ledger_frozen', { retryAfterSeconds: 60 })
  settleOnce(outcome)
  if (body === null) throw new Error('the ledger did not answer')
  if (isRefusal(body)) {
    const detail = toldOf(body)
    return fail(body.problem, outcome === 'replay' ? { ...detail, headers: { 'Idempotent-Replay': 'true' } } : detail)
  }
  if (outcome === 'new' && userId !== null) void announceWallet(actor.tenant.id, userId, body.wallet).catch(() => undefined)
  return body
}

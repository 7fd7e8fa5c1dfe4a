import type { AnswerOf, WalletBalances, allSchemas } from '@impacthub/sdk/contract'
import type { Clock } from '../../base/clock.ts'
import { nextTransactionId } from './transaction-id.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import type { RequestContext } from '../../http/implement.ts'
import type { PostMove } from './group-posting.ts'
import type { KeptRefusal } from './ledger-store.ts'
import type { Spendable } from './ledger-entry.ts'

export interface MoveDeps {
  readonly postMove: PostMove<Moved>
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
}

export type Moved = AnswerOf<(typeof allSchemas)['wallets']['credit']>

const isRefusal = (body: Moved | KeptRefusal): body is KeptRefusal => 'problem' in body

/**
 * Coins given by the app's server or spent in the app, in one statement that other requests may share: claim of the Idempotency-Key, move
 * and remembered answer commit together.
 * A process that dies before the commit has done nothing; one that dies after it answers the same request again with the first answer.
 */
export async function moveByKey(deps: MoveDeps, context: RequestContext<SecretActor>, move: CoinMove): Promise<Moved> {
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
    const detail = body.detail === undefined ? {} : { detail: body.detail }
    return fail(body.problem, outcome === 'replay' ? { ...detail, headers: { 'Idempotent-Replay': 'true' } } : detail)
  }
  if (outcome === 'new' && userId !== null) void announceWallet(actor.tenant.id, userId, body.wallet).catch(() => undefined)
  return body
}

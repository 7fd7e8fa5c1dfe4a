import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import { fail } from '../../base/problem.ts'
import type { SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Db } from '../../db/connect.ts'
import type { RequestContext } from '../../http/implement.ts'
import type { MoveDeps } from './move-by-key.ts'
import { presentBalances } from './present-wallet.ts'
import { reverse } from './reverse.ts'
import { nextTransactionId } from './transaction-id.ts'
import { readWalletOfAnyone } from './wallet-store.ts'

export interface ReverseDeps extends Pick<MoveDeps, 'clock' | 'announceWallet'> {
  readonly db: Db
}

export type Reversed = AnswerOf<(typeof allSchemas)['ledger']['reverse']>

/**
 * A transaction taken back by the app's server. Claim of the Idempotency-Key, reversal, audit and remembered answer are one transaction:
 * a process that dies before its commit has done nothing, one that dies after it answers the same request with the first answer.
 */
export async function reverseByServer(
  deps: ReverseDeps,
  context: RequestContext<SecretActor>,
  wish: { readonly transactionId: string; readonly reason: string; readonly coins?: number | undefined },
): Promise<Reversed> {
  const { actor, ip } = context
  const tenantId = actor.tenant.id
  const told: { userId?: string } = {}
  const answer = await context.once(async (tx): Promise<Reversed> => {
    const now = deps.clock.now()
    // The request's own key says it once; this one only names the deed.
    const key = `reversal:${nextTransactionId(now)}`
    const done = await reverse(tx, tenantId, { ...wish, key, by: actor.keyId }, now)
    const { transactionId: id, userId, coins, takenCoins, owedCoins } = done
    await audit(
      tx,
      tenantId,
      actor,
      { action: 'ledger.reversed', subject: wish.transactionId, reason: wish.reason, fromIp: ip, details: { id, coins, owedCoins } },
      now,
    )
    const wallet = presentBalances((await readWalletOfAnyone(tx, tenantId, userId)) ?? fail('not_found'))
    told.userId = userId
    return { id, reverses: wish.transactionId, userId: wallet.userId, coins, takenCoins, owedCoins, wallet }
  })
  if (told.userId !== undefined) void deps.announceWallet(tenantId, told.userId, answer.wallet).catch(() => undefined)
  return answer
}

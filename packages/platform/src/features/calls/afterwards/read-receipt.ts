import type { SecretActor, UserActor } from '../../../base/tenant.ts'
import { chargeByBucket } from '../../wallet/index.ts'
import type { CallDeps } from '../call-deps.ts'
import { findCall } from '../call-store.ts'
import { roleOf } from '../end-call.ts'
import { viewerOf } from '../present-call.ts'
import { latestDispute } from './dispute-store.ts'
import { receiptOf, type Receipt } from './receipt.ts'
import { refundsOf } from './refund-store.ts'

/** Each side reads its own; a server reads both. */
export async function readReceipt(deps: CallDeps, actor: UserActor | SecretActor, callId: string): Promise<Receipt> {
  const tenantId = actor.tenant.id
  return deps.db.transact(tenantId, async (tx) => {
    const { call } = roleOf(await findCall(tx, tenantId, callId), actor)
    const { chargedCoins, refundedCoins } = call
    const money = await chargeByBucket(tx, tenantId, { callId, callerId: call.caller.id, chargedCoins, refundedCoins })
    const viewer = viewerOf(actor, call)
    const dispute = await latestDispute(tx, tenantId, callId, viewer === 'server' ? undefined : viewer)
    const afterwards = { refunds: await refundsOf(tx, tenantId, callId), dispute }
    return receiptOf(call, viewer, money, afterwards, deps.clock.now())
  })
}

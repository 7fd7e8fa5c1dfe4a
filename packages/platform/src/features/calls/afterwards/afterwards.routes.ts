import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../../base/cursor.ts'
import { fail } from '../../../base/problem.ts'
import { implement, type HandlersOf, type Operation } from '../../../http/implement.ts'
import type { CallDeps } from '../call-deps.ts'
import { openDispute, resolveDispute } from './dispute-call.ts'
import { evidenceOf, findDispute, listDisputes, type Dispute } from './dispute-store.ts'
import { missedOf, seeMissed, type Missed } from './missed-store.ts'
import { presentDispute } from './present-dispute.ts'
import { rateCall, readRatings } from './rate-call.ts'
import { readReceipt } from './read-receipt.ts'
import { refundByServer } from './refund-charge.ts'

const presentMissed = ({ unseen, seenAt }: Missed) => ({ unseen, seenAt: seenAt?.toISOString() ?? null })

const presentDecided = (dispute: Dispute) => ({ ...presentDispute(dispute), note: dispute.note })

type Handlers = HandlersOf<typeof allTables.calls, typeof allSchemas.calls>
type Afterwards = 'missed' | 'seeMissed' | 'rate' | 'ratings' | 'receipt' | 'dispute' | 'refund'

/** What can be done about a call that is over. */
export function afterwardsHandlers(deps: CallDeps): Pick<Handlers, Afterwards> {
  const { db, clock } = deps
  return {
    missed: async (_request, { actor }) =>
      presentMissed(await db.transact(actor.tenant.id, (tx) => missedOf(tx, actor.tenant.id, actor.userId))),
    seeMissed: (_request, { actor, once }) =>
      once(async (tx) => {
        await seeMissed(tx, actor.tenant.id, actor.userId, clock.now())
        return presentMissed(await missedOf(tx, actor.tenant.id, actor.userId))
      }),
    rate: ({ params, body }, { actor, once }) => once((tx) => rateCall(deps, tx, actor, params.callId, body)),
    ratings: async ({ params }, { actor }) => ({ data: await readRatings(deps, actor, params.callId) }),
    receipt: ({ params }, { actor }) => readReceipt(deps, actor, params.callId),
    dispute: ({ params, body }, { actor, ip, once }) =>
      once(async (tx) => presentDispute(await openDispute(deps, tx, actor, ip, { ...params, ...body }))),
    refund: ({ params, body }, { actor, ip, once }) =>
      once(async (tx) => {
        const refund = await refundByServer(deps, tx, actor, ip, { ...params, ...body })
        return { ...refund, createdAt: refund.createdAt.toISOString() }
      }),
  }
}

/** Disputed calls, for whoever decides them. */
export function disputeOperations(deps: CallDeps): Operation[] {
  const { db, cursors } = deps
  return implement('disputes', allTables.disputes, allSchemas.disputes, {
    list: ({ query }, { actor }) => {
      const { id } = actor.tenant
      const scope = { tenantId: id, route: 'disputes.list', filter: query.status ?? '' }
      return db.transact(id, (tx) => pageOf(cursors, scope, query, (page) => listDisputes(tx, id, query.status, page), presentDecided))
    },
    get: ({ params }, { actor }) =>
      db.transact(actor.tenant.id, async (tx) => {
        const dispute = (await findDispute(tx, actor.tenant.id, params.disputeId)) ?? fail('not_found')
        return { ...presentDecided(dispute), evidence: { ...(await evidenceOf(tx, actor.tenant.id, dispute.id)) } }
      }),
    resolve: ({ params, body }, { actor, ip, once }) =>
      once(async (tx) => presentDecided(await resolveDispute(deps, tx, actor, ip, { ...params, ...body }))),
  })
}

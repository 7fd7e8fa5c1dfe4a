import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { networkOf } from '../../base/ip.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import { implement, type Operation } from '../../http/implement.ts'
import { hostUser } from '../tenants/index.ts'
import { listReferrals, type ReferralFilter } from './list-store.ts'
import { mayCount, openLink } from './open-link.ts'
import { presentCase, presentReferral, presentToReferee } from './present-referral.ts'
import { readStanding } from './read-standing.ts'
import { redeem } from './redeem.ts'
import type { ReferralDeps } from './referral-deps.ts'
import type { Referral } from './referral-row.ts'
import { findReferral, stepsOf } from './referral-store.ts'
import { policyNow } from './release/judge-again.ts'
import { reverseReferral } from './release/reverse-referral.ts'
import { reviewReferral } from './review-referral.ts'

/** Codes of friends: users share and enter them, servers read and decide. */
export function referralOperations(deps: ReferralDeps): Operation[] {
  return [...forUsers(deps), ...forServers(deps)]
}

/** Codes that were nobody's, from one network: a person mistypes, a script guesses. */
const guesses = { perSecond: 1 / 3, burst: 60 }

/** What is kept of an answer with its Idempotency-Key. */
const toldOf = (one: Referral) => {
  const { status, ...told } = presentToReferee(one)
  return status === 'closed' ? { isGuess: one.referrerId === null } : { ...told, status }
}

function forUsers(deps: ReferralDeps): Operation[] {
  const countGuess = async (tenantId: TenantId, ip: string): Promise<void> => {
    const { allowed, retryAfterMs } = await deps.bus.take(`${tenantId}:limit:referral-guesses:${networkOf(ip)}`, guesses)
    if (!allowed) fail('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1_000)) })
  }
  return implement('referral', allTables.referral, allSchemas.referral, {
    get: (_request, { actor }) => readStanding(deps, actor),

    redeem: async ({ body }, { actor, ip, once }) => {
      const referee = { id: actor.userId, hostId: actor.hostUserId }
      // A refusal is kept with its reasons: it is told after the transaction, which stays.
      const entry = { ...body, referee, via: 'redemption' as const, ip, rules: await policyNow(deps, actor.tenant.id) }
      const told = await once(async (tx) => toldOf(await redeem(deps, tx, actor.tenant.id, entry)))
      if (!('isGuess' in told)) return told
      if (told.isGuess) await countGuess(actor.tenant.id, ip)
      return fail('not_eligible')
    },

    visit: async ({ body }, { actor, once }) => {
      const counts = await mayCount(deps, actor.tenant.id, body.code)
      await once(async (tx) => {
        if (counts) openLink(deps, tx, actor.tenant.id, body)
      })
    },
  })
}

function forServers(deps: ReferralDeps): Operation[] {
  return implement('referrals', allTables.referrals, allSchemas.referrals, {
    list: ({ query }, { actor }) => history(deps, actor, query),
    get: ({ params }, { actor }) =>
      deps.db.transact(actor.tenant.id, async (tx) => {
        const [one, steps] = await Promise.all([
          findReferral(tx, actor.tenant.id, params.referralId),
          stepsOf(tx, actor.tenant.id, params.referralId),
        ])
        return one === undefined ? fail('not_found') : presentCase(one, steps)
      }),
    review: async ({ params, body }, { actor, ip, once }) => {
      const { cascade } = (await policyNow(deps, actor.tenant.id)).policy
      return once(async (tx) => presentReferral(await reviewReferral(deps, tx, { actor, ip }, { ...params, ...body, cascade })))
    },
    reverse: async ({ params, body }, { actor, ip, once }) => {
      const { policy } = await policyNow(deps, actor.tenant.id)
      const wish = { ...params, ...body, cascade: body.cascade ?? policy.cascade }
      return once(async (tx) => presentReferral(await reverseReferral(deps, tx, actor, wish, ip)))
    },
  })
}

interface ReferralQuery extends Pick<Partial<ReferralFilter>, 'status' | 'check'> {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly review?: 'true' | 'false' | undefined
  readonly userId?: string | undefined
  readonly createdAfter?: string | undefined
  readonly createdBefore?: string | undefined
}

const timeOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

async function history({ db, cursors }: ReferralDeps, actor: SecretActor, query: ReferralQuery) {
  const tenantId = actor.tenant.id
  const { limit: _limit, cursor: _cursor, ...asked } = query
  const scope = { tenantId, route: 'referrals.list', filter: JSON.stringify(Object.entries(asked).sort()) }
  return db.transact(tenantId, async (tx) => {
    const userId = query.userId === undefined ? undefined : await hostUser(tx, tenantId, query.userId)
    // A user who does not exist has neither brought anybody nor come by anybody.
    if (query.userId !== undefined && userId === undefined) return { data: [], nextCursor: null }
    const filter: ReferralFilter = {
      status: query.status,
      inReview: query.review === undefined ? undefined : query.review === 'true',
      userId,
      check: query.check,
      createdAfter: timeOf(query.createdAfter),
      createdBefore: timeOf(query.createdBefore),
    }
    return pageOf(cursors, scope, query, (page) => listReferrals(tx, tenantId, filter, page), presentReferral)
  })
}

import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor, UserActor } from '../../base/tenant.ts'
import { implement, type Operation } from '../../http/implement.ts'
import { hostUser } from '../tenants/index.ts'
import { askAgain } from './ask-provider.ts'
import { approveByServer, cancelWithdrawal, markPaid, rejectByServer, revealPayee } from './decide-withdrawal.ts'
import { presentWithdrawal } from './present-withdrawal.ts'
import { readStatement } from './read-statement.ts'
import { readTerms } from './read-terms.ts'
import { requestWithdrawal } from './request-withdrawal.ts'
import { settleWithdrawal } from './settle-withdrawal.ts'
import type { WithdrawalDeps } from './withdrawal-deps.ts'
import type { Withdrawal, WithdrawalStatus } from './withdrawal-row.ts'
import { findWithdrawal, listWithdrawals } from './withdrawal-store.ts'

type Reader = UserActor | SecretActor

/** Earned coins turned into money: users ask for it, servers decide and read. */
export function withdrawalOperations(deps: WithdrawalDeps): Operation[] {
  const { db } = deps
  const shown = (one: Withdrawal) => presentWithdrawal(one, deps.clock.now())
  return implement('withdrawals', allTables.withdrawals, allSchemas.withdrawals, {
    create: ({ body }, { actor, once }) => once(async (tx) => shown(await requestWithdrawal(deps, tx, actor, body))),
    terms: ({ query }, { actor }) => readTerms(deps, actor, query.coins),
    list: ({ query }, { actor }) => history(deps, actor, query),
    get: ({ params }, { actor }) =>
      db.transact(actor.tenant.id, async (tx) => {
        const one = await findWithdrawal(tx, actor.tenant.id, params.withdrawalId)
        return one === undefined || (actor.kind === 'user' && one.userId !== actor.userId) ? fail('not_found') : shown(one)
      }),
    statement: async ({ query }, { actor }) => {
      const hostUserId = query.userId ?? (actor.kind === 'user' ? actor.hostUserId : undefined)
      if (hostUserId === undefined)
        return fail('invalid_request', { errors: [{ pointer: '/query/userId', detail: 'is required with a secret key' }] })
      if (actor.kind === 'user' && hostUserId !== actor.hostUserId) fail('not_found')
      const userId = (await ownId(deps, actor, hostUserId)) ?? fail('not_found')
      return readStatement(deps, actor.tenant.id, { userId, hostUserId, year: query.year })
    },
    cancel: ({ params }, { actor, once }) => once(async (tx) => shown(await cancelWithdrawal(deps, tx, actor, params.withdrawalId))),
    approve: ({ params, body }, { actor, ip, once }) =>
      once(async (tx) => shown(await approveByServer(deps, tx, { actor, ip }, { ...params, ...body }))),
    reject: ({ params, body }, { actor, ip, once }) =>
      once(async (tx) => shown(await rejectByServer(deps, tx, { actor, ip }, { ...params, ...body }))),
    markPaid: ({ params, body }, { actor, ip, once }) =>
      once(async (tx) => shown(await markPaid(deps, tx, { actor, ip }, { ...params, ...body }))),
    settle: async ({ params, body }, { actor, ip, once, isAnswered }) => {
      if (body.outcome === 'failed' && !(await isAnswered())) await askAgain(deps, actor.tenant.id, params.withdrawalId)
      return once(async (tx) => shown(await settleWithdrawal(deps, tx, { actor, ip }, { ...params, ...body })))
    },
    payee: ({ params, query }, { actor, ip }) =>
      db.transact(actor.tenant.id, async (tx) => {
        const { account, registeredName } = await revealPayee(deps, tx, { actor, ip }, { ...params, ...query })
        return { ...account, registeredName }
      }),
  })
}

/** `usr_…` of a user whom the one who asks may know. */
function ownId({ db }: WithdrawalDeps, actor: Reader, hostUserId: string): Promise<string | undefined> {
  if (actor.kind === 'secret') return db.transact(actor.tenant.id, (tx) => hostUser(tx, actor.tenant.id, hostUserId))
  if (hostUserId !== actor.hostUserId) fail('forbidden', { detail: 'A user token shows its own user’s withdrawals only.' })
  return Promise.resolve(actor.userId)
}

interface WithdrawalQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly userId?: string | undefined
  readonly status?: WithdrawalStatus | undefined
  readonly review?: 'true' | 'false' | undefined
}

/** Newest first: a user sees their own, a secret key those of the whole app or of one user. */
async function history(deps: WithdrawalDeps, actor: Reader, query: WithdrawalQuery) {
  const tenantId = actor.tenant.id
  const asked = query.userId ?? (actor.kind === 'user' ? actor.hostUserId : undefined)
  const userId = asked === undefined ? undefined : await ownId(deps, actor, asked)
  // A user who does not exist has withdrawn nothing.
  if (asked !== undefined && userId === undefined) return { data: [], nextCursor: null }
  const inReview = query.review === undefined ? undefined : query.review === 'true'
  const now = deps.clock.now()
  const scope = { tenantId, route: 'withdrawals.list', filter: JSON.stringify([userId, query.status, inReview]) }
  return deps.db.transact(tenantId, (tx) =>
    pageOf(
      deps.cursors,
      scope,
      query,
      (page) => listWithdrawals(tx, tenantId, { userId, status: query.status, inReview }, page),
      (one) => presentWithdrawal(one, now),
    ),
  )
}

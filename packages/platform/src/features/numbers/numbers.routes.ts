import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { after } from '../../base/clock.ts'
import { pageOf } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import { audit } from '../../db/audit.ts'
import { implement, Reply, type HandlersOf, type Operation } from '../../http/implement.ts'
import { obtainNumber, registerNumber } from './add-number.ts'
import { assignNumber, unassignNumber } from './assign-number.ts'
import type { NumberDeps } from './index.ts'
import { isNewKey, listNumbers, numberById } from './number-store.ts'
import { presentNumber } from './present-number.ts'
import { refusedCalls } from './refused-store.ts'
import { removeNumber } from './remove-number.ts'
import { searchNumbers } from './search-numbers.ts'

type Handlers = HandlersOf<typeof allTables.numbers, typeof allSchemas.numbers>

export function numberOperations(deps: NumberDeps): Operation[] {
  return implement('numbers', allTables.numbers, allSchemas.numbers, { ...reading(deps), ...changing(deps), ...owning(deps) })
}

const month = 30 * 86_400_000

function reading(deps: NumberDeps): Pick<Handlers, 'list' | 'search' | 'get'> {
  const { db, clock, cursors } = deps
  return {
    list: ({ query }, { actor }) => {
      const { id } = actor.tenant
      const now = clock.now()
      const { provider, userId, status } = query
      const scope = { tenantId: id, route: 'numbers.list', filter: JSON.stringify([provider, userId, status]) }
      return db.transact(id, (tx) =>
        pageOf(
          cursors,
          scope,
          query,
          (part) => listNumbers(tx, id, { provider, userId, status }, part, now),
          (number) => presentNumber(number, now),
        ),
      )
    },

    search: async ({ query }, { actor }) => ({ data: await searchNumbers(deps, actor.tenant.mode, query) }),

    get: ({ params }, { actor }) => {
      const now = clock.now()
      return db.transact(actor.tenant.id, async (tx) => {
        const number = (await numberById(tx, actor.tenant.id, params.numberId)) ?? fail('not_found')
        const refusals = await refusedCalls(tx, actor.tenant.id, number.id, after(now, -month))
        return { ...presentNumber(number, now), refusals }
      })
    },
  }
}

function changing(deps: NumberDeps): Pick<Handlers, 'create' | 'remove'> {
  const { db, clock } = deps
  return {
    create: async ({ body }, { actor, ip, once, onceKey }) => {
      const { tenant } = actor
      // A key that was used for something else must not buy: `once` refuses it, or gives the first answer again.
      const fresh = onceKey === undefined || (await db.transact(tenant.id, (tx) => isNewKey(tx, tenant.id, onceKey)))
      const provider = fresh ? await obtainNumber(deps, tenant, body) : undefined
      return once(async (tx) => {
        if (provider === undefined) return fail('idempotency_in_progress', { retryAfterSeconds: 1 })
        const { number, made } = await registerNumber(deps, tx, tenant, { phoneNumber: body.phoneNumber, provider })
        const details = { provider, bought: body.buy }
        if (made) await audit(tx, tenant.id, actor, { action: 'number.added', subject: number.id, fromIp: ip, details }, clock.now())
        return new Reply(made ? 201 : 200, presentNumber(number, clock.now()))
      })
    },

    remove: ({ params, query }, { actor, ip }) =>
      db.transact(actor.tenant.id, async (tx) =>
        presentNumber(await removeNumber(deps, tx, actor, ip, params.numberId, query.atProvider), clock.now()),
      ),
  }
}

function owning(deps: NumberDeps): Pick<Handlers, 'assign' | 'unassign'> {
  const { db, clock } = deps
  return {
    assign: ({ params, body }, { actor, ip }) =>
      db.transact(actor.tenant.id, async (tx) =>
        presentNumber(await assignNumber(deps, tx, actor, ip, { userId: params.userId, ...body }), clock.now()),
      ),

    unassign: ({ params }, { actor, ip }) => db.transact(actor.tenant.id, (tx) => unassignNumber(deps, tx, actor, ip, params.userId)),
  }
}

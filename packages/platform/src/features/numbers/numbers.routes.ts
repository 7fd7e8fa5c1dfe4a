import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { audit } from '../../db/audit.ts'
import { implement, Reply, type Operation } from '../../http/implement.ts'
import { checkOwned, registerNumber } from './add-number.ts'
import type { NumberDeps } from './index.ts'
import { listNumbers, type VirtualNumber } from './number-store.ts'

const present = ({ id, provider, phoneNumber, createdAt }: VirtualNumber) => ({
  id,
  provider,
  phoneNumber,
  createdAt: createdAt.toISOString(),
})

export function numberOperations(deps: NumberDeps): Operation[] {
  const { db, clock, cursors } = deps
  return implement('numbers', allTables.numbers, allSchemas.numbers, {
    list: ({ query }, { actor }) =>
      db.transact(actor.tenant.id, (tx) =>
        pageOf(
          cursors,
          { tenantId: actor.tenant.id, route: 'numbers.list', filter: '' },
          query,
          (part) => listNumbers(tx, actor.tenant.id, part),
          present,
        ),
      ),

    create: async ({ body }, { actor, ip, once }) => {
      await checkOwned(deps, actor.tenant, body.phoneNumber)
      return once(async (tx) => {
        const { number, made } = await registerNumber(deps, tx, actor.tenant, body.phoneNumber)
        if (made) await audit(tx, actor.tenant.id, actor, { action: 'number.added', subject: number.id, fromIp: ip }, clock.now())
        return new Reply(made ? 201 : 200, present(number))
      })
    },
  })
}

import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import { implement, Reply, type Operation } from '../../http/implement.ts'
import type { UserDeps } from './index.ts'
import { meOperations } from './me.routes.ts'
import { presentUser } from './present-user.ts'
import { putUser } from './put-user.ts'

export function userOperations(deps: UserDeps): Operation[] {
  const { db, clock, cursors, directory, users, statuses, inCall, mint, revoke } = deps
  const statusOf = async (tenantId: TenantId, hostId: string) => (await statuses(tenantId, [hostId])).get(hostId) ?? 'offline'

  const operations = implement('users', allTables.users, allSchemas.users, {
    put: async ({ body }, { actor, once }) => {
      const status = await statusOf(actor.tenant.id, body.userId)
      return once(async (tx) => {
        const { user, made } = await putUser(deps, tx, actor.tenant.id, body)
        return new Reply(made ? 201 : 200, presentUser(user, status))
      })
    },

    list: async ({ query }, { actor }) => {
      const page = await db.transact(actor.tenant.id, (tx) =>
        pageOf(
          cursors,
          { tenantId: actor.tenant.id, route: 'users.list', filter: '' },
          query,
          (part) => users.list(tx, actor.tenant.id, part),
          (row) => row,
        ),
      )
      const known = await statuses(
        actor.tenant.id,
        page.data.map((row) => row.hostId),
      )
      return { data: page.data.map((row) => presentUser(row, known.get(row.hostId) ?? 'offline')), nextCursor: page.nextCursor }
    },

    get: async ({ params }, { actor }) => {
      const user = await db.transact(actor.tenant.id, (tx) => users.find(tx, actor.tenant.id, params.userId))
      return presentUser(user ?? fail('not_found'), await statusOf(actor.tenant.id, params.userId))
    },

    delete: async ({ params }, { actor, ip }) => {
      const id = await db.transact(actor.tenant.id, async (tx) => {
        const user = (await users.lock(tx, actor.tenant.id, params.userId)) ?? fail('not_found')
        if (await inCall(tx, actor.tenant.id, user.id)) fail('user_in_call')
        await users.erase(tx, actor.tenant.id, user.id, clock.now())
        await audit(tx, actor.tenant.id, actor, { action: 'user.deleted', subject: user.id, fromIp: ip }, clock.now())
        return user.id
      })
      await directory.changed(actor.tenant.id)
      await revoke(actor.tenant.id, id)
    },

    createToken: async ({ params, body }, { actor }) => {
      const minted = await db.transact(actor.tenant.id, async (tx) => {
        const user = (await users.find(tx, actor.tenant.id, params.userId)) ?? fail('not_found')
        if (user.blocked) fail('forbidden', { detail: 'This user is blocked.' })
        return mint(tx, actor.tenant, { hostUserId: user.hostId, ttlSeconds: body.ttlSeconds, validFrom: user.tokensValidFrom })
      })
      return { token: minted.token, expiresAt: minted.expiresAt.toISOString() }
    },

    signOut: async ({ params }, { actor, ip, once }) => {
      // The id is kept aside: a replayed request finds nothing more to end.
      let ended: string | undefined
      await once(async (tx) => {
        const user = (await users.lock(tx, actor.tenant.id, params.userId)) ?? fail('not_found')
        // Tokens count whole seconds; the next whole second makes every token minted until now void.
        const from = new Date(Math.ceil((clock.now().getTime() + 1) / 1_000) * 1_000)
        await users.update(tx, actor.tenant.id, user.id, { tokensValidFrom: from })
        await audit(tx, actor.tenant.id, actor, { action: 'user.signed-out', subject: user.id, fromIp: ip }, clock.now())
        ended = user.id
      })
      await directory.changed(actor.tenant.id)
      if (ended !== undefined) await revoke(actor.tenant.id, ended)
    },

    setBlocked: async ({ params, body }, { actor, ip }) => {
      const user = await db.transact(actor.tenant.id, async (tx) => {
        const known = (await users.lock(tx, actor.tenant.id, params.userId)) ?? fail('not_found')
        await audit(
          tx,
          actor.tenant.id,
          actor,
          { action: body.blocked ? 'user.blocked' : 'user.unblocked', subject: known.id, fromIp: ip },
          clock.now(),
        )
        return users.update(tx, actor.tenant.id, known.id, { blocked: body.blocked })
      })
      await directory.changed(actor.tenant.id)
      if (body.blocked) await revoke(actor.tenant.id, user.id)
      return presentUser(user, await statusOf(actor.tenant.id, params.userId))
    },
  })
  return [...operations, ...meOperations(deps)]
}

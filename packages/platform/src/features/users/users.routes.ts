import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import { implement, Reply, type HandlersOf, type Operation } from '../../http/implement.ts'
import type { UserDeps } from './index.ts'
import { meOperations } from './me.routes.ts'
import { boundsOf, presentUser, surroundingsOf } from './present-user.ts'
import { putUser } from './put-user.ts'
import { recordDeletion, recordUser } from './record-user.ts'
import { signOutUser } from './sign-out-user.ts'
import type { UserRow } from './user-row.ts'

type Handlers = HandlersOf<typeof allTables.users, typeof allSchemas.users>

export function userOperations(deps: UserDeps): Operation[] {
  return [...implement('users', allTables.users, allSchemas.users, { ...records(deps), ...signIn(deps) }), ...meOperations(deps)]
}

/** What of a record decides how those who watch the user see them. A host that writes its users down at every sign-in tells nobody anew. */
const shownToWatchers = ({ rateCoins, rateSeconds, ownRateCoins, ownRateSeconds, quietHours, maxSecondsPerDay }: UserRow): string =>
  JSON.stringify([rateCoins, rateSeconds, ownRateCoins, ownRateSeconds, quietHours, maxSecondsPerDay])

/** The code that the host told of counts when the user is made, and not afterwards. */
async function codeRedeemer({ referralPolicy, redeemAtSignup }: UserDeps, tenantId: TenantId, code: string | undefined) {
  const rules = code === undefined ? undefined : await referralPolicy(tenantId)
  return async (tx: Tx, { id, hostId }: UserRow): Promise<void> => {
    if (code !== undefined && rules !== undefined) await redeemAtSignup(tx, tenantId, { referee: { id, hostId }, code, rules })
  }
}

/** The host's users as records: made, read, deleted. */
function records(deps: UserDeps): Pick<Handlers, 'put' | 'list' | 'get' | 'delete'> {
  const { db, clock, cursors, directory, users, statuses, inCall, endWaits, forgetTraces, virtualNumbers, letGoOfNumber, revoke } = deps
  return {
    put: async ({ body }, { actor, once }) => {
      const around = await surroundingsOf(deps, actor.tenant.id, body.userId)
      const redeemCode = await codeRedeemer(deps, actor.tenant.id, body.referralCode)
      let seen: string | undefined
      const reply = await once(async (tx) => {
        const { user, made, before } = await putUser(deps, tx, actor.tenant.id, body)
        await recordUser(tx, actor.tenant.id, before, user, around)
        if (made) await redeemCode(tx, user)
        if (before !== null && shownToWatchers(before) !== shownToWatchers(user)) seen = user.id
        return new Reply(made ? 201 : 200, presentUser(user, around))
      })
      if (seen !== undefined) await deps.presenceHint(actor.tenant.id, [seen])
      return reply
    },

    list: async ({ query }, { actor }) => {
      const { id } = actor.tenant
      const scope = { tenantId: id, route: 'users.list', filter: '' }
      const read = (page: { limit: number; before: string | undefined }) => db.transact(id, (tx) => users.list(tx, id, page))
      const { data, nextCursor } = await pageOf(cursors, scope, query, read, (row) => row)
      const hostIds = data.map((row) => row.hostId)
      const [known, numbers, bounds] = await Promise.all([statuses(id, hostIds), virtualNumbers(id, hostIds), boundsOf(deps, id)])
      const around = ({ hostId }: UserRow) => ({
        presence: known.get(hostId) ?? 'offline',
        bounds,
        virtualNumber: numbers.get(hostId) ?? null,
        now: clock.now(),
      })
      return {
        data: data.map((row) => presentUser(row, around(row))),
        nextCursor,
      }
    },

    get: async ({ params }, { actor }) => {
      const user = await db.transact(actor.tenant.id, (tx) => users.find(tx, actor.tenant.id, params.userId))
      return presentUser(user ?? fail('not_found'), await surroundingsOf(deps, actor.tenant.id, params.userId))
    },

    delete: async ({ params }, { actor, ip }) => {
      const id = await db.transact(actor.tenant.id, async (tx) => {
        const user = (await users.lock(tx, actor.tenant.id, params.userId)) ?? fail('not_found')
        if (await inCall(tx, actor.tenant.id, user.id)) fail('user_in_call')
        await users.erase(tx, actor.tenant.id, user.id, clock.now())
        await recordDeletion(tx, actor.tenant.id, user, clock.now())
        await endWaits(tx, actor.tenant.id, user.id)
        await forgetTraces(tx, actor.tenant.id, user.id)
        const number = await letGoOfNumber(tx, actor.tenant.id, user.id)
        const details = number === undefined ? {} : { number }
        await audit(tx, actor.tenant.id, actor, { action: 'user.deleted', subject: user.id, fromIp: ip, details }, clock.now())
        return user.id
      })
      await directory.changed(actor.tenant.id)
      await revoke(actor.tenant.id, id)
    },
  }
}

/** Who of them is let in. */
function signIn(deps: UserDeps): Pick<Handlers, 'createToken' | 'signOut' | 'setBlocked'> {
  const { db, clock, directory, users, mint, revoke } = deps
  return {
    createToken: async ({ params, body }, { actor, ip }) => {
      const minted = await db.transact(actor.tenant.id, async (tx) => {
        const user = (await users.find(tx, actor.tenant.id, params.userId)) ?? fail('not_found')
        if (user.blocked) fail('forbidden', { detail: 'This user is blocked.' })
        await audit(tx, actor.tenant.id, actor, { action: 'token.minted', subject: user.id, fromIp: ip }, clock.now())
        return mint(tx, actor.tenant, { hostUserId: user.hostId, ttlSeconds: body.ttlSeconds, validFrom: user.tokensValidFrom })
      })
      return { token: minted.token, expiresAt: minted.expiresAt.toISOString() }
    },

    signOut: ({ params }, { actor, ip, once }) => signOutUser(deps, actor, ip, params.userId, once),

    setBlocked: async ({ params, body }, { actor, ip }) => {
      const { id } = actor.tenant
      const action = body.blocked ? 'user.blocked' : 'user.unblocked'
      const bounds = await boundsOf(deps, id)
      const user = await db.transact(id, async (tx) => {
        const known = (await users.lock(tx, id, params.userId)) ?? fail('not_found')
        await audit(tx, id, actor, { action, subject: known.id, fromIp: ip }, clock.now())
        const changed = (await users.update(tx, id, known.id, { blocked: body.blocked })) ?? fail('not_found')
        await recordUser(tx, id, known, changed, { bounds, now: clock.now() })
        if (body.blocked) await deps.onPersonChanged(tx, id, known.id, clock.now())
        return changed
      })
      await directory.changed(id)
      if (body.blocked) await revoke(id, user.id)
      return presentUser(user, await surroundingsOf(deps, id, params.userId))
    },
  }
}

import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import { audit } from '../../db/audit.ts'
import { implement, type Operation } from '../../http/implement.ts'
import { checkHostKeys } from './host-keys.ts'
import type { TenantDeps } from './index.ts'
import { refuseUnknownGenerations } from './kyc-rules.ts'
import { keyStore } from './key-store.ts'
import { createKey, rememberKey, revokeKey, rollKey, showKey } from './manage-keys.ts'
import { presentKey, presentTenant } from './present-tenant.ts'
import { rotateSigningKeys } from './signing-keys.ts'
import { refusePacksIn } from './packs.ts'
import { keepPolicy } from './referral-policy.ts'
import { tenantStore, type Tenant } from './tenant-store.ts'

export function tenantOperations(deps: TenantDeps): Operation[] {
  const { db, clock, directory, cursors, masterKey } = deps
  const show = (tenant: Tenant, actor: Parameters<typeof presentTenant>[1]) => presentTenant(tenant, actor, deps.paidThrough(tenant.mode))
  const app = implement('app', allTables.app, allSchemas.app, {
    get: async (_request, { actor }) => show((await directory.tenant(actor.tenant.id)) ?? fail('not_found'), actor),

    update: async ({ body }, { actor, ip }) => {
      refuseUnknownGenerations(body.kyc, deps.kycGenerations(actor.tenant.mode))
      if (body.hostKeys !== undefined) await checkHostKeys(body.hostKeys)
      const tenant = await db.transact(actor.tenant.id, async (tx) => {
        if (body.currency !== undefined && body.packs === undefined) await refusePacksIn(tx, actor.tenant.id, body.currency)
        const changed = (await tenantStore.update(tx, actor.tenant.id, body)) ?? fail('not_found')
        if (body.referral !== undefined) await keepPolicy(tx, { actor, ip }, changed, clock.now())
        await audit(tx, actor.tenant.id, actor, { action: 'app.updated', fromIp: ip, details: { fields: Object.keys(body) } }, clock.now())
        return changed
      })
      await directory.changed(actor.tenant.id)
      return show(tenant, actor)
    },

    rotateSigningKey: async (_request, { actor, ip, once }) => {
      const keys = await once(async (tx) => {
        await audit(tx, actor.tenant.id, actor, { action: 'signing-key.rotated', fromIp: ip }, clock.now())
        return rotateSigningKeys(tx, actor.tenant.id, masterKey, clock.now())
      })
      await directory.changed(actor.tenant.id)
      return keys
    },

    jwks: async ({ params }) => {
      const tenant = (await directory.tenantByApp(params.appId, params.mode)) ?? fail('not_found')
      const keys = await directory.signingKeys(tenant.id)
      return { keys: keys.map((key) => ({ ...key.jwk })) }
    },
  })

  const keys = implement('keys', allTables.keys, allSchemas.keys, {
    create: async ({ body }, { actor, ip, once }) =>
      showKey(deps, await once(async (tx) => rememberKey(deps, await createKey(deps, tx, actor, ip, body)))),
    list: ({ query }, { actor }) =>
      db.transact(actor.tenant.id, (tx) =>
        pageOf(
          cursors,
          { tenantId: actor.tenant.id, route: 'keys.list', filter: '' },
          query,
          (page) => keyStore.list(tx, actor.tenant.id, page),
          presentKey,
        ),
      ),
    roll: async ({ params, body }, { actor, ip, once }) => {
      const wish = { keyId: params.keyId, overlapSeconds: body.overlapSeconds }
      const kept = await once(async (tx) => rememberKey(deps, await rollKey(deps, tx, actor, ip, wish)))
      await directory.changed(actor.tenant.id)
      return showKey(deps, kept)
    },
    revoke: ({ params }, { actor, ip }) => revokeKey(deps, actor, ip, params.keyId),
  })

  return [...app, ...keys]
}

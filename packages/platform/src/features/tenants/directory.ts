import { LRUCache } from 'lru-cache'
import type { Clock } from '../../base/clock.ts'
import { everyTenant, type TenantId } from '../../base/tenant.ts'
import type { Bus } from '../../bus/bus.ts'
import { outOfBackground } from '../../db/background.ts'
import type { Db, Tx } from '../../db/connect.ts'
import { hashKey } from './api-key.ts'
import { keyStore, type ApiKey } from './key-store.ts'
import { createMemory } from '../../base/memory.ts'
import { publicKeys, type PublicKey } from './signing-keys.ts'
import { tenantStore, type Tenant } from './tenant-store.ts'

/** What sign-in needs to know of a user; read from the database, never from the token. */
export interface Standing {
  readonly userId: string
  readonly blocked: boolean
  readonly tokensValidFrom: Date | null
}

/**
 * The rows that every request asks for, remembered for 3 seconds: a revocation counts everywhere within 5. The process that changes one
 * forgets it at once and tells the others.
 */
export interface Directory {
  keyByText(text: string): Promise<ApiKey | undefined>
  keyById(id: TenantId, keyId: string): Promise<ApiKey | undefined>
  tenant(id: TenantId): Promise<Tenant | undefined>
  tenantByApp(appId: string, mode: 'test' | 'live'): Promise<Tenant | undefined>
  signingKeys(id: TenantId): Promise<readonly PublicKey[]>
  standing(id: TenantId, hostUserId: string): Promise<Standing | undefined>
  /** True when any app lets this origin in. */
  originKnown(origin: string): Promise<boolean>
  /** Notes, to the minute, that the key was used. */
  used(key: ApiKey): void
  /** Drops everything remembered of the tenant, here and in the other processes. */
  changed(id: TenantId): Promise<void>
  start(): Promise<void>
}

const ttl = 3_000
const usedEveryMs = 60_000

export function createDirectory(db: Db, bus: Bus, clock: Clock): Directory {
  const keys = createMemory<string, ApiKey>(10_000, ttl)
  const keysById = createMemory<string, ApiKey>(10_000, ttl)
  const tenants = createMemory<TenantId, Tenant>(5_000, ttl)
  const apps = createMemory<string, Tenant>(5_000, ttl)
  const signing = createMemory<TenantId, readonly PublicKey[]>(5_000, ttl)
  const standings = createMemory<string, Standing>(50_000, ttl)
  const origins = createMemory<'all', ReadonlySet<string>>(1, ttl)
  const usedLately = new LRUCache<string, true>({ max: 10_000, ttl: usedEveryMs })

  function forget(id: TenantId): void {
    for (const memory of [keys, keysById]) memory.forget((_, key) => key.tenantId === id)
    for (const memory of [tenants, apps]) memory.forget((_, tenant) => tenant.id === id)
    signing.forget((tenantId) => tenantId === id)
    standings.forget((key) => key.startsWith(`${id}:`))
    origins.forget(() => true)
  }

  const look = <T>(id: TenantId, work: (tx: Tx) => Promise<T>): Promise<T> => outOfBackground(() => db.transact(id, work))

  return {
    keyByText(text) {
      const hash = hashKey(text)
      return keys.recall(hash.toString('base64'), () => look(everyTenant, (tx) => keyStore.findByHash(tx, hash)))
    },
    keyById: (id, keyId) => keysById.recall(`${id}:${keyId}`, () => look(id, (tx) => keyStore.find(tx, id, keyId))),
    tenant: (id) => tenants.recall(id, () => look(everyTenant, (tx) => tenantStore.find(tx, id))),
    tenantByApp: (appId, mode) => apps.recall(`${appId}:${mode}`, () => look(everyTenant, (tx) => tenantStore.findByApp(tx, appId, mode))),
    signingKeys: async (id) => (await signing.recall(id, () => look(id, (tx) => publicKeys(tx, id, clock.now())))) ?? [],
    standing: (id, hostUserId) => standings.recall(`${id}:${hostUserId}`, () => look(id, (tx) => findStanding(tx, id, hostUserId))),
    // All of them at once: a browser's word alone must not cost a query.
    originKnown: async (origin) =>
      (await origins.recall('all', () => look(everyTenant, (tx) => tenantStore.everyOrigin(tx))))?.has(origin) ?? false,
    used({ id, tenantId }) {
      if (usedLately.has(id)) return
      usedLately.set(id, true)
      // For people to read: a request does not wait for it, nor fail by it.
      void db.transact(tenantId, (tx) => keyStore.used(tx, tenantId, id, clock.now())).catch(() => usedLately.delete(id))
    },
    async changed(id) {
      forget(id)
      await bus.publish('directory', id)
    },
    async start() {
      await bus.subscribe('directory', (message) => {
        if (typeof message === 'number') forget(message as TenantId)
      })
    },
  }
}

async function findStanding(tx: Tx, tenantId: TenantId, hostUserId: string): Promise<Standing | undefined> {
  const [row] = await tx.query<{ id: string; blocked: boolean; tokens_valid_from: Date | null }>(
    'select id, blocked, tokens_valid_from from users where tenant_id = $1 and host_id = $2 and deleted_at is null',
    [tenantId, hostUserId],
  )
  return row && { userId: row.id, blocked: row.blocked, tokensValidFrom: row.tokens_valid_from }
}

import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { everyTenant, type Mode } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Db, Tx } from '../../db/connect.ts'
import { hashKey, keyPrefix, newKeyText, type KeyKind } from './api-key.ts'
import { keyStore } from './key-store.ts'
import { makeSigningKeys } from './signing-keys.ts'
import { tenantStore, type Tenant } from './tenant-store.ts'

export interface NewApp {
  readonly appId: string
  /** Each mode with its first keys, shown this once. */
  readonly modes: Readonly<Record<Mode, { readonly tenant: Tenant; readonly publishableKey: string; readonly secretKey: string }>>
}

/** An operator makes an app: both modes, a publishable and a secret key for each, signing keys. All of it or nothing. */
export async function createApp(parts: { db: Db; clock: Clock; masterKey: Buffer }, name: string): Promise<NewApp> {
  const now = parts.clock.now()
  const appId = newId('app', now)
  return parts.db.transact(everyTenant, async (tx) => {
    const make = async (mode: Mode) => {
      const tenant = await tenantStore.insert(tx, appId, mode, name, now)
      await makeSigningKeys(tx, tenant.id, parts.masterKey, now)
      const publishableKey = await firstKey(tx, tenant, 'publishable', now)
      const secretKey = await firstKey(tx, tenant, 'secret', now)
      await audit(tx, tenant.id, 'operator', { action: 'app.created', subject: appId }, now)
      return { tenant, publishableKey, secretKey }
    }
    return { appId, modes: { test: await make('test'), live: await make('live') } }
  })
}

async function firstKey(tx: Tx, tenant: Tenant, kind: KeyKind, now: Date): Promise<string> {
  const text = newKeyText(kind, tenant.mode)
  const id = newId('key', now)
  await keyStore.insert(tx, tenant.id, {
    id,
    callerId: id,
    kind,
    label: 'first',
    prefix: keyPrefix(text),
    hash: hashKey(text),
    scopes: null,
    allowedIps: null,
    createdAt: now,
    expiresAt: null,
  })
  return text
}

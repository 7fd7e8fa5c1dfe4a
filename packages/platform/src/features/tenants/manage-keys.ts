import type { Scope } from '@impacthub/sdk/contract'
import { after } from '../../base/clock.ts'
import { canonicalIp } from '../../base/ip.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import { hashKey, keyPrefix, newKeyText, type KeyKind } from './api-key.ts'
import type { TenantDeps } from './index.ts'
import { keyStore, type ApiKey } from './key-store.ts'
import { presentKey } from './present-tenant.ts'
import { seal, unseal } from './seal.ts'

export interface KeyWish {
  readonly kind: KeyKind
  readonly label?: string | undefined
  readonly scopes?: readonly Scope[] | undefined
  readonly allowedIps?: readonly string[] | undefined
  readonly expiresAt?: string | undefined
}

type Reach = Pick<ApiKey, 'scopes' | 'allowedIps' | 'expiresAt'>

const within = <T>(part: readonly T[] | null, whole: readonly T[] | null): boolean =>
  whole === null || (part !== null && part.every((one) => whole.includes(one)))

/** A key can hand on only what it may do itself, from where it may and for as long: a stolen one cannot make itself a better one. */
async function refuseWider(tx: Tx, actor: SecretActor, wish: Reach): Promise<void> {
  const own = (await keyStore.find(tx, actor.tenant.id, actor.keyId)) ?? fail('unauthenticated')
  const soon = own.expiresAt === null || (wish.expiresAt !== null && wish.expiresAt <= own.expiresAt)
  if (!within(wish.scopes, own.scopes) || !within(wish.allowedIps, own.allowedIps) || !soon)
    fail('forbidden', { detail: 'A restricted key cannot make a key that may do more.' })
}

/** A key with its text, which is shown once and stored as a hash. */
export interface NewKey {
  readonly key: ApiKey
  readonly text: string
}

async function insertKey(
  tx: Tx,
  deps: TenantDeps,
  actor: SecretActor,
  kind: KeyKind,
  wish: Reach & Pick<ApiKey, 'label'>,
  callerId?: string,
) {
  const now = deps.clock.now()
  const text = newKeyText(kind, actor.tenant.mode)
  const id = newId('key', now)
  const key = await keyStore.insert(tx, actor.tenant.id, {
    ...wish,
    id,
    callerId: callerId ?? id,
    kind,
    prefix: keyPrefix(text),
    hash: hashKey(text),
    createdAt: now,
  })
  return { key, text }
}

export async function createKey(deps: TenantDeps, tx: Tx, actor: SecretActor, ip: string, wish: KeyWish): Promise<NewKey> {
  const reach: Reach = {
    scopes: wish.kind === 'secret' ? (wish.scopes ?? null) : null,
    allowedIps: wish.allowedIps?.map(canonicalIp) ?? null,
    expiresAt: wish.expiresAt === undefined ? null : new Date(wish.expiresAt),
  }
  if (reach.expiresAt !== null && reach.expiresAt <= deps.clock.now())
    fail('invalid_request', { errors: [{ pointer: '/expiresAt', detail: 'must be in the future' }] })
  if (wish.kind === 'secret') await refuseWider(tx, actor, reach)
  const made = await insertKey(tx, deps, actor, wish.kind, { label: wish.label ?? null, ...reach })
  await audit(tx, actor.tenant.id, actor, { action: 'key.created', subject: made.key.id, fromIp: ip }, deps.clock.now())
  return made
}

/** The new key takes over label, scopes, addresses and end; the old one works on for the overlap and then no more. */
export async function rollKey(
  deps: TenantDeps,
  tx: Tx,
  actor: SecretActor,
  ip: string,
  wish: { keyId: string; overlapSeconds: number },
): Promise<NewKey> {
  const now = deps.clock.now()
  const old = (await keyStore.lock(tx, actor.tenant.id, wish.keyId)) ?? fail('not_found')
  if (old.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= now))
    fail('conflict', { detail: 'This key has ended; make a new one.' })
  const reach: Reach = { scopes: old.scopes, allowedIps: old.allowedIps, expiresAt: old.expiresAt }
  if (old.kind === 'secret') await refuseWider(tx, actor, reach)
  const next = await insertKey(tx, deps, actor, old.kind, { label: old.label, ...reach }, old.callerId)
  await keyStore.expire(tx, actor.tenant.id, old.id, after(now, wish.overlapSeconds * 1_000))
  const details = { by: next.key.id, overlapSeconds: wish.overlapSeconds }
  await audit(tx, actor.tenant.id, actor, { action: 'key.rolled', subject: old.id, fromIp: ip, details }, now)
  return next
}

/**
 * What is remembered of the answer for a retry with the same Idempotency-Key: the new key's text sealed, so that it is nowhere in clear,
 * and gone with the remembered answer after a day.
 */
export const rememberKey = ({ masterKey }: TenantDeps, { key, text }: NewKey) => ({
  ...presentKey(key),
  sealed: seal(masterKey, `api-key:${key.id}`, text).toString('base64'),
})

export function showKey({ masterKey }: TenantDeps, { sealed, ...shown }: ReturnType<typeof rememberKey>) {
  return { ...shown, key: unseal(masterKey, `api-key:${shown.id}`, Buffer.from(sealed, 'base64')) }
}

export async function revokeKey(deps: TenantDeps, actor: SecretActor, ip: string, keyId: string): Promise<void> {
  await deps.db.transact(actor.tenant.id, async (tx) => {
    const key = await keyStore.lock(tx, actor.tenant.id, keyId)
    if (key === undefined) fail('not_found')
    await keyStore.revoke(tx, actor.tenant.id, keyId, deps.clock.now())
    await audit(tx, actor.tenant.id, actor, { action: 'key.revoked', subject: keyId, fromIp: ip }, deps.clock.now())
  })
  await deps.directory.changed(actor.tenant.id)
}

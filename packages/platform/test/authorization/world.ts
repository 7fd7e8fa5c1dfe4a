import type { Scope } from '@impacthub/sdk/contract'
import { newId } from '../../src/base/ids.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { forged, hmacSigned, hostSigner, signedBy, unsigned, type TokenParts } from './tokens.ts'

/** Whose thing a request names, seen from the app that the test is about. */
export type Whose = 'own' | 'otherUser' | 'otherApp' | 'unknown'
export const everyWhose: readonly Whose[] = ['own', 'otherUser', 'otherApp', 'unknown']

export type Standing = 'none' | 'publishable' | 'secret' | 'user' | 'bad'

export interface Credential {
  readonly name: string
  readonly standing: Standing
  readonly text: string | undefined
  /** Of another app, or of this app's live mode: everything of this app and mode is foreign to it. */
  readonly outside?: 'otherApp' | 'liveMode'
  /** Another user of this app: what belongs to the first is not theirs. */
  readonly stranger?: true
}

export interface World {
  readonly platform: TestPlatform
  readonly app: TestApp
  readonly otherApp: TestApp
  readonly credentials: readonly Credential[]
  /** Keys that may do exactly this, and all but this. */
  scoped(scope: Scope): Promise<{ only: Credential; without: Credential }>
  readonly calls: Readonly<Record<Whose, string>>
}

/** The user whose token asks; owns a call and nothing that costs. */
export const asker = 'asha'
/** Whose tokens else there are: of this app, and of the other. */
const stranger = 'stella'
export const outsider = 'olga'
/** Users whom a request may name. */
export const subjects: Readonly<Record<Whose, string>> = { own: 'wanda', otherUser: 'bala', otherApp: 'omar', unknown: 'nobody' }
/** Users who can always be called. */
export const callees: Readonly<Record<Whose, string>> = { own: 'cala', otherUser: 'cala', otherApp: 'colin', unknown: 'nobody-else' }

const scopes: readonly Scope[] = [
  ...(['app:read', 'app:write', 'keys:write', 'users:read', 'users:write', 'tokens:write', 'presence:read', 'presence:write'] as const),
  ...(['calls:read', 'calls:write', 'wallet:read', 'wallet:write', 'numbers:read', 'numbers:write', 'realtime:read'] as const),
  ...([
    'webhooks:read',
    'webhooks:write',
    'events:read',
    'disputes:read',
    'disputes:write',
    'topups:read',
    'topups:write',
    'withdrawals:read',
    'withdrawals:write',
  ] as const),
  ...(['kyc:read', 'kyc:review', 'kyc:reveal', 'referrals:read', 'referrals:write'] as const),
]

export async function createWorld(): Promise<World> {
  const platform = await startPlatform({ razorpay: true })
  const app = await platform.app('First')
  const otherApp = await platform.app('Second')
  for (const userId of [asker, stranger, subjects.own, subjects.otherUser])
    await app.user(userId, { ...(userId.startsWith('s') || userId === asker ? {} : { coins: 1_000_000 }) })
  await app.user(callees.own, { availability: 'always' })
  await otherApp.user(callees.otherApp, { availability: 'always' })
  await otherApp.user(subjects.otherApp, { coins: 10 })
  await otherApp.user(outsider)
  const calls = {
    own: await endedCall(app, 'payer-1', asker),
    otherUser: await endedCall(app, 'payer-2', callees.own),
    otherApp: await endedCall(otherApp, 'payer-3', callees.otherApp),
    unknown: newId('call'),
  }
  const expired = (await app.server.users.createToken({ userId: asker, ttlSeconds: 60 })).token
  await platform.advance(120, 10)
  const credentials = [...(await goodCredentials(platform, app, otherApp)), ...(await badCredentials(platform, app, otherApp))]
  return {
    platform,
    app,
    otherApp,
    calls,
    credentials: [...credentials, { name: 'expired token', standing: 'bad', text: expired }],
    scoped: scopedKeys(app),
  }
}

/** A call that the caller's phone does not take: over at once, and its record stays. */
async function endedCall(app: TestApp, payer: string, calleeId: string): Promise<string> {
  const { client } = await app.user(payer, { coins: 10, phone: '+919700000001' })
  await app.server.presence.set({ userId: calleeId, availability: 'always' })
  return (await client.calls.create({ calleeId })).id
}

async function goodCredentials(platform: TestPlatform, app: TestApp, otherApp: TestApp): Promise<Credential[]> {
  const token = async (of: TestApp, userId: string) => (await of.server.users.createToken({ userId, ttlSeconds: 3_600 })).token
  const live = app.app.modes.live
  const signer = await hostSigner('host-1')
  await app.server.app.update({ hostKeys: [signer.jwk] })
  const hostSigned = await signedBy(signer, { appId: app.app.appId, userId: asker, nowMs: platform.held.now() })
  return [
    { name: 'nothing', standing: 'none', text: undefined },
    { name: 'publishable key', standing: 'publishable', text: app.publishableKey },
    { name: 'secret key', standing: 'secret', text: app.secretKey },
    { name: 'user token', standing: 'user', text: await token(app, asker) },
    { name: 'token signed by the host', standing: 'user', text: hostSigned },
    { name: 'other user’s token', standing: 'user', text: await token(app, stranger), stranger: true },
    { name: 'other app’s publishable key', standing: 'publishable', text: otherApp.publishableKey, outside: 'otherApp' },
    { name: 'other app’s secret key', standing: 'secret', text: otherApp.secretKey, outside: 'otherApp' },
    { name: 'secret key of live mode', standing: 'secret', text: live.secretKey, outside: 'liveMode' },
    { name: 'other app’s user token', standing: 'user', text: await token(otherApp, outsider), outside: 'otherApp' },
  ]
}

async function badCredentials(platform: TestPlatform, app: TestApp, otherApp: TestApp): Promise<Credential[]> {
  const { appId } = app.app
  const parts: TokenParts = { appId, userId: asker, nowMs: platform.held.now() }
  const own = await hostSigner('host-1')
  const foreign = await hostSigner('host-2')
  // Adds to the key that the good host-signed token stands on: each of these is wrong for one reason only.
  const { hostKeys = [] } = await app.server.app.get()
  await app.server.app.update({ hostKeys: [...hostKeys, { ...own.jwk, kid: 'host-3' }] })
  const third = { ...own, jwk: { ...own.jwk, kid: 'host-3' } }
  await otherApp.server.app.update({ hostKeys: [foreign.jwk] })
  const right = (await app.server.users.createToken({ userId: asker })).token
  const ourKid = (JSON.parse(Buffer.from(right.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid
  const revoked = await app.server.keys.create({ kind: 'secret' })
  await app.server.keys.revoke({ keyId: revoked.id })
  const ended = await app.server.keys.create({ kind: 'secret', expiresAt: new Date(platform.held.now() + 1_000).toISOString() })
  await platform.advance(2)
  const bad = (name: string, text: string): Credential => ({ name, standing: 'bad', text })
  return [
    bad('forged token', forged(right)),
    bad('unsigned token', unsigned(ourKid, { ...parts, claims: { iss: 'impacthub-connect' } })),
    bad('HMAC token', await hmacSigned(own.jwk.kid, own.jwk.x, parts)),
    bad('token of another app’s key', await signedBy(foreign, parts)),
    bad('token that says it is of another app', await signedBy(third, { ...parts, appId: otherApp.app.appId })),
    bad('token of the other mode', await signedBy(third, { ...parts, mode: 'live' })),
    bad('token with jku', await signedBy(third, { ...parts, header: { jku: 'https://evil.example/jwks.json' } })),
    bad('token with jwk', await signedBy(third, { ...parts, header: { jwk: third.jwk } })),
    bad('token of an unknown user', await signedBy(third, { ...parts, userId: subjects.unknown })),
    bad('revoked key', revoked.key),
    bad('ended key', ended.key),
    bad('key that nobody made', `sk_test_${'x'.repeat(32)}`),
    bad('noise', 'noise'),
  ]
}

function scopedKeys(app: TestApp): World['scoped'] {
  const made = new Map<Scope, Promise<{ only: Credential; without: Credential }>>()
  const make = async (scope: Scope) => {
    const only = await app.server.keys.create({ kind: 'secret', scopes: [scope] })
    const without = await app.server.keys.create({ kind: 'secret', scopes: scopes.filter((other) => other !== scope) })
    return {
      only: { name: `key with ${scope} alone`, standing: 'secret', text: only.key },
      without: { name: `key without ${scope}`, standing: 'secret', text: without.key },
    } as const
  }
  return (scope) => {
    const known = made.get(scope) ?? make(scope)
    made.set(scope, known)
    return known
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, codeOf, type Asked } from '../../../test/ask.ts'
import { hostSigner, signedBy, type HostSigner, type TokenParts } from '../../../test/authorization/tokens.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../../../test/start-platform.ts'

let platform: TestPlatform
let app: TestApp
let signer: HostSigner
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app()
  await app.user('asha')
  signer = await hostSigner('host-1')
  await app.server.app.update({ hostKeys: [signer.jwk] })
})
afterAll(() => platform.stop())

const me = (credential: string, url = platform.url): Promise<Asked> => ask(url, { method: 'GET', path: '/v1/me', credential })
const statusWith = async (token: string, url = platform.url): Promise<number> => (await me(token, url)).status
const mint = async (userId = 'asha', ttlSeconds = 900): Promise<string> =>
  (await app.server.users.createToken({ userId, ttlSeconds })).token
const kidOf = (token: string) => decodeProtectedHeader(token).kid
const jwks = async (): Promise<JSONWebKeySet> =>
  JSON.parse((await ask(platform.url, { method: 'GET', path: `/v1/apps/${app.app.appId}/test/jwks.json` })).text) as JSONWebKeySet
const kids = async (): Promise<(string | undefined)[]> => (await jwks()).keys.map(({ kid }) => kid)

describe('our keys', () => {
  it('are published without their private part, and prove our tokens', async () => {
    const set = await jwks()
    expect(set.keys).toHaveLength(2)
    for (const key of set.keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
    const { payload, protectedHeader } = await jwtVerify(await mint(), createLocalJWKSet(set), {
      currentDate: new Date(platform.held.now()),
    })
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'ihc-user+jwt' })
    expect(payload).toMatchObject({ sub: 'asha', app: app.app.appId, mode: 'test', aud: 'impacthub-connect' })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900)
  })

  it('rotate without a failed request: the next is known before it signs, the previous until its last token has ended', async () => {
    const before = await mint('asha', 3_600)
    const [previous, known] = [kidOf(before), await kids()]
    const rotated = await app.server.app.rotateSigningKey()
    expect(known).toContain(rotated.kid)
    expect(new Set(await kids())).toEqual(new Set([previous, rotated.kid, rotated.nextKid]))
    const after = await mint()
    expect(kidOf(after)).toBe(rotated.kid)
    expect([await statusWith(before), await statusWith(after)]).toEqual([200, 200])
    await platform.advance(3_599, 3_599)
    expect(await statusWith(before)).toBe(200)
    await platform.advance(62, 62)
    await expect.poll(kids).not.toContain(previous) // sign-in remembers for seconds of its own
    expect(await statusWith(before)).toBe(401)
  })

  it('are moved on by themselves after 30 days', async () => {
    const known = kidOf(await mint())
    await platform.advance(31 * 24 * 3_600, 24 * 3_600)
    expect(kidOf(await mint())).not.toBe(known)
  })
})

const parts = (claims: TokenParts['claims'] = {}, header: TokenParts['header'] = {}): TokenParts => ({
  appId: app.app.appId,
  userId: 'asha',
  nowMs: platform.held.now(),
  claims,
  header,
})

describe('tokens that the host signs', () => {
  it('are taken with Ed25519 and ES256', async () => {
    const second = await hostSigner('host-ec', 'ES256')
    await app.server.app.update({ hostKeys: [signer.jwk, second.jwk] })
    expect(await statusWith(await signedBy(signer, parts()))).toBe(200)
    expect(await statusWith(await signedBy(second, parts()))).toBe(200)
  })

  it('live at most 60 minutes', async () => {
    const iat = Math.floor(platform.held.now() / 1_000)
    expect(await statusWith(await signedBy(signer, parts({ exp: iat + 3_600 })))).toBe(200)
    expect(await statusWith(await signedBy(signer, parts({ exp: iat + 3_601 })))).toBe(401)
  })

  it('may be half a minute off and no more', async () => {
    const now = Math.floor(platform.held.now() / 1_000)
    expect(await statusWith(await signedBy(signer, parts({ iat: now + 29, nbf: now + 29 })))).toBe(200)
    expect(await statusWith(await signedBy(signer, parts({ iat: now + 32, nbf: now })))).toBe(401)
    expect(await statusWith(await signedBy(signer, parts({ nbf: now + 32 })))).toBe(401)
    expect(await statusWith(await signedBy(signer, parts({ iat: now - 900, nbf: now - 900, exp: now - 28 })))).toBe(200)
    expect(await statusWith(await signedBy(signer, parts({ iat: now - 900, nbf: now - 900, exp: now - 31 })))).toBe(401)
  })

  it.each(['iss', 'aud', 'app', 'mode', 'sub', 'jti', 'iat', 'nbf', 'exp'])('need their %s', async (claim) => {
    expect(await statusWith(await signedBy(signer, parts({ [claim]: undefined })))).toBe(401)
  })

  it.each([
    ['issuer', { iss: 'impacthub-connect' }],
    ['audience', { aud: 'somebody-else' }],
    ['app', { app: 'app_00000000000000000000000000' }],
    ['mode', { mode: 'live' }],
    ['subject', { sub: 'nobody' }],
    ['kind of subject', { sub: 7 }],
  ])('must have the right %s', async (_, claims) => {
    expect(await statusWith(await signedBy(signer, parts(claims)))).toBe(401)
  })

  it.each([
    ['NUL in the app', { app: 'app_\u0000' }],
    ['NUL in the subject', { sub: 'a\u0000' }],
    ['a subject that is no id', { sub: 'x'.repeat(5_00) }],
  ])('are refused, not choked on, with %s', async (_, claims) => {
    expect(await statusWith(await signedBy(signer, parts(claims)))).toBe(401)
  })

  it.each([
    ['typ', { typ: 'JWT' }],
    ['a missing typ', { typ: undefined }],
    ['jku', { jku: 'https://evil.example' }],
    ['jwk', { jwk: { kty: 'OKP' } }],
    ['x5u', { x5u: 'https://evil.example' }],
    ['x5c', { x5c: ['x'] }],
    ['crit', { crit: ['b64'], b64: true }],
    ['an unknown kid', { kid: 'host-9' }],
    ['a kid like a path', { kid: '../../etc/passwd' }],
    ['a missing kid', { kid: undefined }],
  ])('are refused for their header: %s', async (_, header) => {
    expect(await statusWith(await signedBy(signer, parts({}, header)))).toBe(401)
  })

  it('end when their key is taken away', async () => {
    const token = await signedBy(signer, parts())
    expect(await statusWith(token)).toBe(200)
    await app.server.app.update({ hostKeys: [] })
    expect(await statusWith(token)).toBe(401)
    await app.server.app.update({ hostKeys: [signer.jwk] })
    expect(await statusWith(token)).toBe(200)
  })

  it('stand on keys that are keys', async () => {
    const { jwk } = signer
    const y = (await hostSigner('ec', 'ES256')).jwk
    for (const hostKeys of [[{ ...jwk, x: 'AAAA' }], [{ ...jwk, crv: 'P-256' as const }], [{ ...y, y: undefined }], [jwk, jwk]]) {
      const answer = await ask(platform.url, { method: 'PATCH', path: '/v1/app', credential: app.secretKey, body: { hostKeys } })
      expect([answer.status, codeOf(answer)], JSON.stringify(hostKeys)).toEqual([400, 'invalid_request'])
    }
  })
})

describe('a user', () => {
  it('who is signed out has no token of before, and may have a new one at once', async () => {
    await app.user('sign-out')
    const before = await mint('sign-out')
    await app.server.users.signOut({ userId: 'sign-out' })
    expect(await statusWith(before)).toBe(401)
    expect(await statusWith(await mint('sign-out'))).toBe(200)
  })

  it('who is blocked is out in every process, and in again when unblocked', async () => {
    const other = await startPlatform({ beside: platform })
    await app.user('blocked')
    const token = await mint('blocked')
    expect(await statusWith(token, other.url)).toBe(200)
    await app.server.users.setBlocked({ userId: 'blocked', blocked: true })
    expect(await statusWith(token)).toBe(401)
    await expect.poll(() => statusWith(token, other.url)).toBe(401)
    await expect(mint('blocked')).rejects.toMatchObject({ code: 'forbidden' })
    await app.server.users.setBlocked({ userId: 'blocked', blocked: false })
    expect(await statusWith(token)).toBe(200)
    await other.stop()
  })

  it('who is deleted leaves no way in for their tokens, even when the id is given to another person', async () => {
    await app.user('deleted', { phone: '+919812345678' })
    const token = await mint('deleted')
    await app.server.users.delete({ userId: 'deleted' })
    expect(await statusWith(token)).toBe(401)
    await app.user('deleted', { phone: null })
    expect(await statusWith(token)).toBe(401)
    expect(await statusWith(await signedBy(signer, { ...parts(), userId: 'deleted', nowMs: platform.held.now() - 5_000 }))).toBe(401)
    expect(await statusWith(await mint('deleted'))).toBe(200)
  })

  it('gives away nothing of themself in any answer', async () => {
    await app.user('private', { phone: '+919811112222' })
    await app.server.users.put({ userId: 'private', displayName: 'P', email: 'private@example.org' })
    const answers = await Promise.all([
      me(await mint('private')),
      ask(platform.url, { method: 'GET', path: '/v1/users/private', credential: app.secretKey }),
      ask(platform.url, { method: 'GET', path: '/v1/users?limit=100', credential: app.secretKey }),
    ])
    for (const { status, text } of answers) {
      expect(status).toBe(200)
      expect(text).not.toMatch(/9811112222|private@example/)
    }
  })
})

it('does not trust what another process knew longer than seconds', async () => {
  // A process that hears of nothing: its bus is its own. What it remembers must end by itself.
  const deaf = await startPlatform({ beside: platform })
  await app.user('heard')
  const token = await mint('heard')
  expect(await statusWith(token, deaf.url)).toBe(200)
  await app.server.users.setBlocked({ userId: 'heard', blocked: true })
  const since = performance.now()
  while ((await statusWith(token, deaf.url)) !== 401 && performance.now() - since < 15_000) await sleep(100)
  expect(await statusWith(token, deaf.url)).toBe(401)
  await deaf.stop()
})

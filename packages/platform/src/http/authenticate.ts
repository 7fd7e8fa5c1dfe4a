import type { Route } from '@impacthub/sdk/contract'
import type { Clock } from '../base/clock.ts'
import { fail, Problem } from '../base/problem.ts'
import type { Actor, SecretActor, UserActor } from '../base/tenant.ts'
import { claimedTenant, looksLikeKey, verifyToken, type ApiKey, type Directory, type Tenant } from '../features/tenants/index.ts'

export interface Credentials {
  readonly authorization: string | undefined
  readonly origin: string | undefined
  readonly ip: string
}

export interface Authenticator {
  /** Who asks; `anyone` without a credential. Fails with `unauthenticated` for one that is wrong. */
  actor(credentials: Credentials): Promise<Actor>
  /** The user of a token, for sockets. Fails like `actor`. */
  user(token: string): Promise<UserActor>
  /** True while the actor would still be let in: its key is not revoked, its user not blocked, deleted or signed out. When its token ends is the asker's to watch. */
  stillValid(actor: UserActor | SecretActor): Promise<boolean>
  /** True when the browser origin may use this app. */
  originAllowed(actor: Actor, origin: string): Promise<boolean>
}

/** Refuses an authentic credential that does not count any more. Whoever has one guesses nothing, so it is not held against the address. */
const noMore = (why: string): never => fail('unauthenticated', {}, { cause: new Error(why) })

/** Whether this refusal may be somebody trying out credentials. */
export const isGuess = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'unauthenticated' && error.cause === undefined

const bearer = /^Bearer [\x21-\x7e]{1,4096}$/i

const localOrigin = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/

const allows = (tenant: Tenant, origin: string) =>
  // A page on the developer's own machine is let in where nothing is real.
  tenant.allowedOrigins.includes(origin) || (tenant.mode === 'test' && localOrigin.test(origin))

export function createAuthenticator(directory: Directory, clock: Clock): Authenticator {
  const expired = (key: ApiKey) => key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= clock.now())

  async function keyActor(text: string, { origin, ip }: Credentials): Promise<Actor> {
    const key = await directory.keyByText(text)
    if (key === undefined || expired(key)) return fail('unauthenticated')
    if (key.kind === 'secret' && origin !== undefined) fail('secret_key_in_browser')
    if (key.allowedIps !== null && !key.allowedIps.includes(ip))
      fail('forbidden', { detail: 'This key may not be used from this address.' })
    const tenant = await directory.tenant(key.tenantId)
    if (tenant === undefined) return fail('unauthenticated')
    directory.used(key)
    if (key.kind === 'publishable') return { kind: 'publishable', tenant, keyId: key.id }
    return { kind: 'secret', tenant, keyId: key.id, callerId: key.callerId, scopes: key.scopes }
  }

  async function user(token: string): Promise<UserActor> {
    const claimed = claimedTenant(token)
    if (claimed === undefined) return fail('unauthenticated')
    const tenant = await directory.tenantByApp(claimed.appId, claimed.mode)
    if (tenant === undefined) return fail('unauthenticated')
    const claims = await verifyToken(token, claimed.kid, tenant, await directory.signingKeys(tenant.id), clock)
    if (claims === undefined) return fail('unauthenticated')
    if (claims === 'expired') return noMore('the token has expired')
    const standing = await directory.standing(tenant.id, claims.hostUserId)
    if (standing === undefined || standing.blocked) return noMore('the user is gone or blocked')
    // Tokens carry whole seconds: one minted in the very second of the sign-out is taken as after it.
    if (standing.tokensValidFrom !== null && claims.issuedAt.getTime() < Math.floor(standing.tokensValidFrom.getTime() / 1_000) * 1_000)
      return noMore('the user has signed out')
    return {
      kind: 'user',
      tenant,
      userId: standing.userId,
      hostUserId: claims.hostUserId,
      tokenExpiresAt: claims.expiresAt,
      tokenIssuedAt: claims.issuedAt,
    }
  }

  async function originAllowed(actor: Actor, origin: string): Promise<boolean> {
    if (actor.kind === 'anyone') return true
    const tenant = await directory.tenant(actor.tenant.id)
    return tenant !== undefined && allows(tenant, origin)
  }

  async function fromAllowedOrigin(asking: Promise<Actor>, origin: string): Promise<Actor> {
    const actor = await asking
    if (!(await originAllowed(actor, origin))) fail('origin_not_allowed')
    return actor
  }

  return {
    user,
    originAllowed,
    actor(credentials) {
      const { authorization, origin } = credentials
      if (authorization === undefined) return Promise.resolve({ kind: 'anyone' })
      if (!bearer.test(authorization)) return Promise.reject(new Problem('unauthenticated'))
      const text = authorization.slice('Bearer '.length)
      const actor = looksLikeKey(text) ? keyActor(text, credentials) : user(text)
      return origin === undefined ? actor : fromAllowedOrigin(actor, origin)
    },
    async stillValid(actor) {
      if (actor.kind === 'secret') {
        const key = await directory.keyById(actor.tenant.id, actor.keyId)
        return key !== undefined && !expired(key)
      }
      const standing = await directory.standing(actor.tenant.id, actor.hostUserId)
      if (standing === undefined || standing.blocked || standing.userId !== actor.userId) return false
      return (
        standing.tokensValidFrom === null || actor.tokenIssuedAt.getTime() >= Math.floor(standing.tokensValidFrom.getTime() / 1_000) * 1_000
      )
    },
  }
}

/** The gate in front of every handler: what the route does not name is refused. */
export function authorize(route: Route, actor: Actor): void {
  const { access } = route
  if (actor.kind === 'anyone') {
    if (access.anyone !== true) fail('unauthenticated')
    return
  }
  if (access.anyone === true) return
  if (actor.kind === 'user' && access.user === true) return
  if (actor.kind === 'publishable' && access.publishable === true) return
  if (actor.kind === 'secret' && access.secret !== undefined) {
    if (actor.scopes === null || actor.scopes.includes(access.secret)) return
    fail('forbidden', { detail: `This key lacks the scope ${access.secret}.` })
  }
  fail('forbidden')
}

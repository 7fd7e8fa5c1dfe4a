import { networkOf } from '../base/ip.ts'
import { fail } from '../base/problem.ts'
import type { Actor } from '../base/tenant.ts'
import type { Bucket, Bus } from '../bus/bus.ts'
import type { Limits } from '../config/settings.ts'

export interface RateLimiter {
  /** Counts a request of this actor. */
  request(actor: Actor, ip: string): Promise<void>
  /** Counts what is done seldom, by the operation's name; undefined: it is not counted, and passes. */
  seldom(operation: string, actor: Actor): Promise<void> | undefined
  /** Counts a failed credential or signature; one too many is answered `rate_limited` instead of with what was wrong. */
  failed(ip: string): Promise<void>
}

function refuse(bucket: Bucket, remaining: number, retryAfterMs: number): never {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000))
  return fail('rate_limited', {
    retryAfterSeconds,
    headers: {
      'RateLimit-Limit': String(bucket.burst),
      'RateLimit-Remaining': String(remaining),
      'RateLimit-Reset': String(retryAfterSeconds),
    },
  })
}

async function take(bus: Bus, key: string, bucket: Bucket): Promise<void> {
  const state = await bus.take(key, bucket)
  if (!state.allowed) refuse(bucket, state.remaining, state.retryAfterMs)
}

const perUser: Readonly<Record<string, 'callsPerUser' | 'topupsPerUser' | 'uploadsPerUser' | 'redemptionsPerUser' | 'rarePerUser'>> = {
  'calls.create': 'callsPerUser',
  'calls.rate': 'rarePerUser',
  'calls.dispute': 'rarePerUser',
  'waiting.join': 'rarePerUser',
  'topups.create': 'topupsPerUser',
  'withdrawals.create': 'rarePerUser',
  'withdrawals.cancel': 'rarePerUser',
  'topups.confirm': 'rarePerUser',
  'referral.redeem': 'redemptionsPerUser',
  'referral.visit': 'rarePerUser',
  'kyc.consent': 'rarePerUser',
  'kyc.submit': 'rarePerUser',
  'kycDocuments.create': 'uploadsPerUser',
  'kycUploads.create': 'uploadsPerUser',
  // Each may be a try of a password, on a file of eight megabytes.
  'kycUploads.finish': 'rarePerUser',
}
/** Two ways to do one thing. */
const countedAs: Readonly<Record<string, string>> = { 'kycUploads.create': 'kycDocuments.create' }
const perApp: ReadonlySet<string> = new Set(['numbers.search', 'numbers.create'])

export function createRateLimiter(bus: Bus, limits: Limits): RateLimiter {
  return {
    request(actor, ip) {
      if (actor.kind === 'anyone') return take(bus, `0:limit:anyone:${networkOf(ip)}`, limits.publishable)
      const { id, mode } = actor.tenant
      if (actor.kind === 'user') return take(bus, `${id}:limit:user:${actor.userId}`, limits.user)
      if (actor.kind === 'publishable') return take(bus, `${id}:limit:pk:${networkOf(ip)}`, limits.publishable)
      return take(bus, `${id}:limit:secret`, mode === 'live' ? limits.secretLive : limits.secretTest)
    },
    seldom(operation, actor) {
      const limit = perUser[operation]
      if (actor.kind === 'user' && limit !== undefined)
        return take(bus, `${actor.tenant.id}:limit:${countedAs[operation] ?? operation}:${actor.userId}`, limits[limit])
      if (actor.kind === 'secret' && perApp.has(operation)) return take(bus, `${actor.tenant.id}:limit:numbers`, limits.providerPerApp)
      return undefined
    },
    failed: (ip) => take(bus, `0:limit:failed:${networkOf(ip)}`, limits.failedAuth),
  }
}

import type { DialWish } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'
import { callUrls, referenceOf } from './callback-url.ts'

/** What the caller's leg may last beyond ringing and talk: the moments between the two. */
const slackSeconds = 10

/** What a provider is asked for a call. */
export function wishOf(deps: Pick<CallDeps, 'publicUrl' | 'masterKey'>, call: CallRow): DialWish {
  const { id: callId, caller, callee, number, ringSeconds, limit } = call
  return {
    callId,
    callerPhone: caller.phone ?? '',
    calleePhone: callee.phone ?? '',
    from: number ?? '',
    ringSeconds,
    limitSeconds: limit.seconds,
    maxSeconds: ringSeconds + limit.seconds + slackSeconds,
    urls: callUrls(deps, call),
    reference: referenceOf(deps, call),
  }
}

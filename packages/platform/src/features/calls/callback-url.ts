import type { CallUrls } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'

type Named = Pick<CallRow, 'id' | 'provider' | 'callbackToken'>

/** Where the provider asks and reports about one call; the token in them is that call's secret. */
export function callUrls({ publicUrl }: Pick<CallDeps, 'publicUrl'>, call: Named): CallUrls {
  const base = `${publicUrl()}/providers/${call.provider}/calls/${call.id}/${call.callbackToken}`
  return {
    answer: `${base}/answer`,
    callerStatus: `${base}/caller-status`,
    calleeStatus: `${base}/callee-status`,
    after: `${base}/after`,
  }
}

/** The same secret as a text, for providers that hand one back. */
export const referenceOf = ({ id, callbackToken }: Named): string => `${id}.${callbackToken}`

import { createHmac } from 'node:crypto'
import type { CallUrls } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'

type Named = Pick<CallRow, 'id' | 'provider' | 'callbackToken'>

/**
 * The secret in a call's addresses. It follows from what the row holds and from the master key: whoever reads the database alone can speak for
 * no call.
 */
export const callSecret = (masterKey: Buffer, { id, callbackToken }: Pick<CallRow, 'id' | 'callbackToken'>): string =>
  createHmac('sha256', masterKey).update(`call:${id}:${callbackToken}`).digest('base64url')

/** Where the provider asks and reports about one call. */
export function callUrls({ publicUrl, masterKey }: Pick<CallDeps, 'publicUrl' | 'masterKey'>, call: Named): CallUrls {
  const base = `${publicUrl()}/providers/${call.provider}/calls/${call.id}/${callSecret(masterKey, call)}`
  return {
    answer: `${base}/answer`,
    callerStatus: `${base}/caller-status`,
    calleeStatus: `${base}/callee-status`,
    after: `${base}/after`,
  }
}

/** The same secret as a text, for providers that hand one back. */
export const referenceOf = ({ masterKey }: Pick<CallDeps, 'masterKey'>, call: Named): string => `${call.id}.${callSecret(masterKey, call)}`

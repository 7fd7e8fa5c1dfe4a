import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'

/** Where the provider asks and reports about one call; the token in it is that call's secret. */
export const callbackUrl = (
  { publicUrl }: Pick<CallDeps, 'publicUrl'>,
  call: Pick<CallRow, 'id' | 'provider' | 'callbackToken'>,
  what: 'answer' | 'caller-status' | 'callee-status' | 'after',
): string => `${publicUrl()}/providers/${call.provider}/calls/${call.id}/${call.callbackToken}/${what}`

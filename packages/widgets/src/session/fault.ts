import { problemText } from '../locales/en/problems.ts'
import { codeOf } from './code-of.ts'
import type { ConnectFault, ConnectStore } from './connect-store.ts'

/** What an error means, in plain words of the session's language. */
export const faultOf = (store: ConnectStore, error: unknown, code = codeOf(error)): ConnectFault => {
  return { code, message: problemText(code, store.state.catalogue?.problems), error }
}

import { problemText } from '../locales/en/problems.ts'
import type { ConnectFault, ConnectStore } from './connect-store.ts'

/** The problem code of an error, or `unknown`. */
export const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}

/** What an error means, in plain words of the session's language. */
export const faultOf = (store: ConnectStore, error: unknown, code = codeOf(error)): ConnectFault => {
  return { code, message: problemText(code, store.state.catalogue?.problems), error }
}

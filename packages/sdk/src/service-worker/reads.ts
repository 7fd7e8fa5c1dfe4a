import { appPaths } from '../contract/app/paths.ts'
import { afterwardsPaths } from '../contract/calls-afterwards/paths.ts'
import { callPaths } from '../contract/calls/paths.ts'
import { referralPaths } from '../contract/referrals/paths.ts'
import { mePaths } from '../contract/users/paths.ts'
import { walletPaths } from '../contract/wallet/paths.ts'

const pathOf = (signature: string): string => signature.slice('GET '.length)

/** Anybody of the app may read it: the one read that is asked with a publishable key. */
const appPath = pathOf(appPaths.get)

/**
 * The reads that may be kept, with what their question may hold: first pages alone, and of calls never "those that go on now". Everything
 * else goes to the network and nowhere else: identities and their papers, withdrawals and their terms (they name accounts), receipts, single
 * calls, presence, tickets, connection servers, tokens. What is kept holds no e-mail and nobody's own phone number, only the app's virtual ones.
 */
const questions = new Map<string, readonly string[]>([
  [appPath, []],
  [pathOf(mePaths.get), []],
  [pathOf(walletPaths.get), []],
  [pathOf(walletPaths.listTransactions), ['limit', 'type', 'bucket', 'direction']],
  [pathOf(walletPaths.listHolds), ['limit']],
  [pathOf(callPaths.list), ['limit']],
  [pathOf(afterwardsPaths.missed), []],
  [pathOf(referralPaths.get), []],
])

/** A read that may be kept. */
export interface Read {
  readonly url: string
  /** With a publishable key, not with a user's token. */
  readonly isApp: boolean
}

/** The platform's address, without what may stand behind it. */
export const baseOf = (baseUrl: string): string => new URL(baseUrl).href.replace(/\/+$/, '')

/** Which read a URL is, if it is one of those that may be kept. */
export function readAt(base: string, address: string): Read | undefined {
  const url = new URL(address)
  const whole = url.origin + url.pathname
  if (!whole.startsWith(`${base}/`)) return undefined
  const path = whole.slice(base.length)
  const names = questions.get(path)
  if (!names || [...url.searchParams.keys()].some((name) => !names.includes(name))) return undefined
  return { url: whole + url.search, isApp: path === appPath }
}

import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'

/** What kind of mail a domain is for. */
export type MailKind = 'usual' | 'relay' | 'throwaway'

/** Services that forward to a mailbox they hide: honest people use them, and lists of throwaway domains hold some of them. */
const relays: ReadonlySet<string> = new Set([
  'privaterelay.appleid.com',
  'duck.com',
  'mozmail.com',
  'relay.firefox.com',
  'simplelogin.co',
  'simplelogin.com',
  'simplelogin.io',
  'simplelogin.fr',
  'slmail.me',
  'slmails.com',
  'aleeas.com',
  '8alias.com',
  '8shield.net',
  'dralias.com',
  'silomails.com',
  'anonaddy.com',
  'anonaddy.me',
  'addy.io',
  'addymail.com',
  'passmail.net',
  'passmail.com',
  'passinbox.com',
  'passfwd.com',
  'forwardemail.net',
])

/** Where most people have their mail: no list, however it was made, can call these throwaway. */
const everybodys: ReadonlySet<string> = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'msn.com',
  'icloud.com',
  'me.com',
  'mac.com',
  'yahoo.com',
  'yahoo.in',
  'yahoo.co.in',
  'ymail.com',
  'rediffmail.com',
  'proton.me',
  'protonmail.com',
  'pm.me',
  'fastmail.com',
  'zoho.com',
  'zohomail.com',
  'zohomail.in',
  'aol.com',
  'gmx.com',
  'gmx.net',
  'mail.com',
  'yandex.com',
  'yandex.ru',
])

/** The domain and those above it, the top level left out: a subdomain of a throwaway domain is one too. */
export function domainsAbove(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}

/** Whether a list may name it at all. */
export const canBeThrowaway = (domain: string): boolean => domainsAbove(domain).every((one) => !everybodys.has(one) && !relays.has(one))

// Each question to the package makes a set anew.
let known: ReadonlySet<string> | undefined

/** The list that comes with the platform: what is looked up besides only adds to it. */
export function isKnownThrowaway(domain: string): boolean {
  known ??= disposableEmailBlocklistSet()
  return known.has(domain)
}

/** `domain` in ASCII and small letters; `besides`: those of `domainsAbove` that a newer list names; `allowed`: the app's own exceptions. */
export function mailKindOf(domain: string, besides: ReadonlySet<string>, allowed: readonly string[]): MailKind {
  const all = domainsAbove(domain)
  if (all.some((one) => relays.has(one))) return 'relay'
  if (all.some((one) => everybodys.has(one) || allowed.includes(one))) return 'usual'
  return all.some((one) => isKnownThrowaway(one) || besides.has(one)) ? 'throwaway' : 'usual'
}

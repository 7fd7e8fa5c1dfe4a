import { domainToASCII } from 'node:url'

/** One mailbox, as its provider tells it from others. */
export interface MailKeys {
  /** Equal for two spellings exactly when the provider delivers both to one mailbox. */
  readonly key: string
  /** The same if the provider ignored `+tags` and dots, which many do and none has to say. */
  readonly collapsed: string
  /** The name without digits and marks: asha01@ and asha.02@ share one. Null: too short to tell anything. */
  readonly stem: string | null
  /** In ASCII and small letters. */
  readonly domain: string
}

interface MailRules {
  readonly dots: 'ignored' | 'count'
  /** What follows this is a tag. */
  readonly tagAfter: '+' | '-' | null
}

const plus: MailRules = { dots: 'count', tagAfter: '+' }
const none: MailRules = { dots: 'count', tagAfter: null }

/** What providers say of their addresses, and the one name that several domains of theirs go by. */
const providers: readonly (readonly [domains: readonly string[], rules: MailRules, oneName: boolean])[] = [
  [['gmail.com', 'googlemail.com'], { dots: 'ignored', tagAfter: '+' }, true],
  // Each name there is a person's own at each of the domains: only tags are cut.
  [['outlook.com', 'outlook.in', 'hotmail.com', 'hotmail.co.uk', 'hotmail.in', 'live.com', 'live.in', 'msn.com'], plus, false],
  [['icloud.com', 'me.com', 'mac.com'], plus, true],
  [['proton.me', 'protonmail.com', 'pm.me', 'protonmail.ch'], { dots: 'ignored', tagAfter: '+' }, true],
  [
    ['yahoo.com', 'yahoo.in', 'yahoo.co.in', 'yahoo.co.uk', 'ymail.com', 'rocketmail.com', 'myyahoo.com'],
    { dots: 'count', tagAfter: '-' },
    false,
  ],
  [['fastmail.com', 'fastmail.fm', 'fastmail.in'], plus, false],
  [['zoho.com', 'zohomail.com', 'zohomail.in', 'zoho.in'], plus, false],
  [['yandex.com', 'yandex.ru', 'ya.ru', 'yandex.by', 'yandex.kz'], plus, true],
  [['tutanota.com', 'tuta.io', 'tuta.com', 'keemail.me', 'tutamail.com'], none, false],
  [['gmx.com', 'gmx.net', 'gmx.de', 'mail.com', 'aol.com', 'rediffmail.com', 'rediff.com', 'mail.ru'], plus, false],
]

interface Provider {
  readonly rules: MailRules
  readonly name: string
}

const byDomain: ReadonlyMap<string, Provider> = new Map(
  providers.flatMap(([domains, rules, oneName]) =>
    domains.map((domain): [string, Provider] => [domain, { rules, name: oneName ? (domains[0] ?? domain) : domain }]),
  ),
)

/** Those who give each user a subdomain: name@user.fastmail.com is user@fastmail.com. */
const subdomainsAreUsers = ['fastmail.com', 'fastmail.fm', 'fastmail.in']

/** The name before the tag; a tag with nothing before it is no tag. */
function untagged(name: string, mark: string | null): string {
  const at = mark === null ? -1 : name.indexOf(mark)
  return at > 0 ? name.slice(0, at) : name
}

const undotted = (name: string): string => name.replaceAll('.', '')

/** user@fastmail.com for anything@user.fastmail.com. */
function ofSubdomain(name: string, domain: string): readonly [name: string, domain: string] {
  for (const parent of subdomainsAreUsers) {
    const user = domain.endsWith(`.${parent}`) ? domain.slice(0, -parent.length - 1) : ''
    if (user !== '' && !user.includes('.')) return [user, parent]
  }
  return [name, domain]
}

/** Letters only: what is left of a name when a script counts it up. */
function stemOf(name: string, domain: string): string | null {
  const letters = untagged(name, '+').replaceAll(/[^\p{L}]/gu, '')
  return letters.length < 3 ? null : `${letters}@${domain}`
}

/** An address of mail in its normal form; undefined when it is none. It is for comparing only: mail goes to what was typed. */
export function mailKeys(typed: string): MailKeys | undefined {
  const email = typed.trim().normalize('NFKC').toLowerCase()
  const at = email.lastIndexOf('@')
  const written = domainToASCII(email.slice(at + 1).replace(/\.$/, ''))
  if (at < 1 || written === '') return undefined
  const [local, domain] = ofSubdomain(email.slice(0, at).replace(/^"(.*)"$/, '$1'), written)
  const provider = byDomain.get(domain)
  const name = provider?.name ?? domain
  const collapsed = `${undotted(untagged(local, provider?.rules.tagAfter ?? '+')) || local}@${name}`
  if (provider === undefined) return { key: `${local}@${name}`, collapsed, stem: stemOf(local, name), domain: written }
  const kept = untagged(local, provider.rules.tagAfter)
  const box = provider.rules.dots === 'ignored' ? undotted(kept) || kept : kept
  return { key: `${box}@${name}`, collapsed, stem: stemOf(kept, name), domain: written }
}

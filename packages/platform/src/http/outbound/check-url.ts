import { isIP } from 'node:net'
import { mayReach, type Reach } from './public-address.ts'

export interface UrlRules {
  readonly reach: Reach
  /** Whether http will do; live mode asks for https. */
  readonly plain: boolean
}

const longest = 2_048
// Names that only mean something inside a machine or a network (RFC 6761, RFC 6762, RFC 8375, and what clouds use).
const innerNames = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|corp|home)$/

/** What speaks against a URL that a customer gave, in words for its field; undefined when nothing does. Its address is checked when it is dialled. */
export function refusalOfUrl(text: string, { reach, plain }: UrlRules): string | undefined {
  if (text.length > longest || !URL.canParse(text)) return 'must be a URL'
  const { protocol, username, password, hostname, port, hash } = new URL(text)
  if (protocol !== 'https:' && !(plain && protocol === 'http:')) return plain ? 'must be an https or http URL' : 'must be an https URL'
  if (username !== '' || password !== '') return 'must not hold credentials'
  if (hash !== '') return 'must be without a fragment'
  const number = port === '' ? undefined : Number(port)
  if (number !== undefined && number !== 80 && number !== 443 && number < 1_024) return 'must use port 443, 80, or one from 1024'
  return refusalOfHost(hostname.replace(/^\[|\]$/g, '').replace(/\.$/, ''), reach)
}

function refusalOfHost(host: string, reach: Reach): string | undefined {
  if (host === '') return 'must name a host'
  if (isIP(host) !== 0) return reach !== 'public' && mayReach(host, reach) ? undefined : 'must name a host, not an address'
  if (reach === 'private' || (reach === 'loopback' && host === 'localhost')) return undefined
  return !host.includes('.') || innerNames.test(host) ? 'must be a public host' : undefined
}

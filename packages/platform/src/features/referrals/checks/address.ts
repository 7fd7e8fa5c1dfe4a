import ipaddr from 'ipaddr.js'
import { canonicalIp, networkOf } from '../../../base/ip.ts'

/** Where somebody came from, in the two widths that are counted. */
export interface AddressKeys {
  /** One IPv4 address, or the /64 of IPv6 that one subscriber has all of. */
  readonly address: string
  /** The /24 or /48 around it. */
  readonly range: string
}

/** Addresses that many networks use for themselves: they tell nothing of who came. */
const ownNetworks: ReadonlySet<string> = new Set([
  'unspecified',
  'broadcast',
  'multicast',
  'linkLocal',
  'loopback',
  'carrierGradeNat',
  'private',
  'uniqueLocal',
])

/** Undefined: it is no address, or none of the public net. */
export function addressKeys(ip: string): AddressKeys | undefined {
  const one = canonicalIp(ip)
  if (!ipaddr.isValid(one)) return undefined
  const parsed = ipaddr.parse(one)
  if (ownNetworks.has(parsed.range())) return undefined
  if (parsed.kind() === 'ipv4') return { address: one, range: `${one.split('.').slice(0, 3).join('.')}.0/24` }
  const network = networkOf(one)
  return { address: `${network}::/64`, range: `${network.split(':').slice(0, 3).join(':')}::/48` }
}

import ipaddr from 'ipaddr.js'

/** How far a request may go that a customer has named: to public addresses, to this machine as well, or anywhere. */
export type Reach = 'public' | 'loopback' | 'private'

// What the Internet gives to hosts lies here; the rest of IPv6 is reserved, however it is called.
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')
// RFC 6052: where only IPv6 is spoken, DNS shows public IPv4 hosts under this prefix.
const translated = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** The IPv4 address that an IPv6 one stands for on the way. */
function inside(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  if (!address.match(translated)) return undefined
  return new ipaddr.IPv4(address.toByteArray().slice(12))
}

function parsed(ip: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(ip)) return ipaddr.IPv4.parse(ip)
  if (!ipaddr.IPv6.isValid(ip)) return undefined
  const address = ipaddr.IPv6.parse(ip)
  return inside(address) ?? address
}

/** Whether a connection to this address may be made. What is no address, or of a kind that is not known to be public, may not. */
export function mayReach(ip: string, reach: Reach): boolean {
  const address = parsed(ip)
  if (address === undefined) return false
  if (reach === 'private') return true
  const range = address.range()
  if (reach === 'loopback' && range === 'loopback') return true
  if (range !== 'unicast') return false
  return address instanceof ipaddr.IPv4 || address.match(globalUnicast)
}

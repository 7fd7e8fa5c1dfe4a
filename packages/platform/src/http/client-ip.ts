import type { IncomingMessage } from 'node:http'

/** The client's address: the socket's, or what the nearest proxies that we were told to trust say of it. */
export function clientIp(request: IncomingMessage, trustedProxies: readonly string[]): string {
  let ip = plain(request.socket.remoteAddress ?? '')
  const header = request.headers['x-forwarded-for']
  const hops = (typeof header === 'string' ? header : '').split(',').map((hop) => plain(hop.trim()))
  while (trustedProxies.includes(ip)) {
    const hop = hops.pop()
    if (hop === undefined || hop === '') break
    ip = hop
  }
  return ip
}

/** IPv4 inside IPv6 is IPv4. */
const plain = (ip: string) => (ip.startsWith('::ffff:') ? ip.slice(7) : ip)

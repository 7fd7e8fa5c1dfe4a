import type { IncomingMessage } from 'node:http'
import { canonicalIp } from '../base/ip.ts'

/** The client's address: the socket's, or what the nearest proxies that we were told to trust say of it. */
export function clientIp(request: IncomingMessage, trustedProxies: readonly string[]): string {
  let ip = canonicalIp(request.socket.remoteAddress ?? '')
  if (!trustedProxies.includes(ip)) return ip
  const header = request.headers['x-forwarded-for']
  const hops = (typeof header === 'string' ? header : '').split(',').map((hop) => canonicalIp(hop.trim()))
  while (trustedProxies.includes(ip)) {
    const hop = hops.pop()
    if (hop === undefined || hop === '') break
    ip = hop
  }
  return ip
}

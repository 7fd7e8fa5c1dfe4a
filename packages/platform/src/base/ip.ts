import { isIP } from 'node:net'

/** One spelling for each address: IPv4 inside IPv6 is IPv4, and IPv6 is written short (RFC 5952). What is no address stays as it is. */
export function canonicalIp(ip: string): string {
  if (isIP(ip) !== 6) return ip
  const mapped = /^::ffff:([0-9.]+)$/i.exec(ip)?.[1]
  return mapped ?? new URL(`http://[${ip.split('%', 1)[0] ?? ''}]`).hostname.slice(1, -1)
}

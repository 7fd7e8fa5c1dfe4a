import { isIP } from 'node:net'

/** One spelling for each address: IPv4 inside IPv6 is IPv4, and IPv6 is written short (RFC 5952). What is no address stays as it is. */
export function canonicalIp(ip: string): string {
  if (!ip.includes(':') || isIP(ip) !== 6) return ip
  const mapped = /^::ffff:([0-9.]+)$/i.exec(ip)?.[1]
  return mapped ?? new URL(`http://[${ip.split('%', 1)[0] ?? ''}]`).hostname.slice(1, -1)
}

/** Whom a limit counts: one IPv4 address, or the /64 of IPv6 that one subscriber has all of. */
export function networkOf(ip: string): string {
  if (isIP(ip) !== 6) return ip
  const [head = '', tail] = ip.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const [left, right] = [groups(head), groups(tail ?? '')]
  const gap = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...gap, ...right].slice(0, 4).join(':')
}

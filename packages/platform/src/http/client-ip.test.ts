import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { clientIp } from './client-ip.ts'

const from = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

it.each([
  ['the socket’s', from('203.0.113.7'), [], '203.0.113.7'],
  ['the socket’s, whatever a stranger writes', from('203.0.113.7', '127.0.0.1'), ['10.0.0.1'], '203.0.113.7'],
  ['what a trusted proxy says', from('10.0.0.1', '203.0.113.7'), ['10.0.0.1'], '203.0.113.7'],
  ['the last hop that no trusted proxy is', from('10.0.0.1', '127.0.0.1, 203.0.113.7, 10.0.0.2'), ['10.0.0.1', '10.0.0.2'], '203.0.113.7'],
  ['the proxy’s own when it says nothing', from('10.0.0.1'), ['10.0.0.1'], '10.0.0.1'],
  ['IPv4 out of IPv6', from('::ffff:203.0.113.7'), [], '203.0.113.7'],
  ['IPv6 in one spelling', from('::1', '2001:DB8:0:0::0001'), ['::1'], '2001:db8::1'],
])('is %s', (_, request, trusted, ip) => expect(clientIp(request, trusted)).toBe(ip))

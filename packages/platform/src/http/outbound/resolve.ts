import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { OutboundError } from './outbound-error.ts'
import type { Reach } from './public-address.ts'

/** All addresses of a host. */
export type Resolve = (host: string, reach: Reach) => Promise<readonly string[]>

/**
 * Asks the name servers directly. The system's own look-up blocks one of four threads that all of Node's files and ciphers share: a
 * customer's slow name server would hold up everybody. Only where an operator lets private hosts be reached do their hosts file and
 * search domains count.
 */
export const resolveHost: Resolve = async (host, reach) => {
  if (isIP(host) !== 0) return [host]
  if (host === 'localhost') return ['127.0.0.1', '::1']
  if (reach === 'private') return (await lookup(host, { all: true })).map(({ address }) => address)
  // A new one each time: it knows the name servers of the network that the machine is in now.
  const resolver = new Resolver({ timeout: 3_000, tries: 2 })
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  if (found.length === 0) throw new OutboundError('dns')
  return found
}

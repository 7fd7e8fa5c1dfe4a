import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../base/clock.ts'
import { refusalOfUrl, type UrlRules } from './check-url.ts'
import { OutboundError, outboundError } from './outbound-error.ts'
import { mayReach, type Reach } from './public-address.ts'
import { resolveHost, type Resolve } from './resolve.ts'

export interface OutboundRequest {
  readonly url: string
  readonly rules: UrlRules
  /** Whose connections it may use: pools are shared by nobody. */
  readonly pool: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** From the first step to the last byte. */
  readonly limitMs: number
  readonly signal?: AbortSignal
}

export interface OutboundAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** At most 64 KiB of it. */
  readonly body: Buffer
  /** Whether there was more. */
  readonly cut: boolean
}

/** Requests to hosts that customers name. Redirects are answers like others: nothing is followed. */
export interface Outbound {
  /** Fails with OutboundError when there is no answer; an aborted signal rejects with its reason. */
  send(request: OutboundRequest): Promise<OutboundAnswer>
  close(): void
}

const mostBytes = 65_536
/** Every endpoint of an app at its fullest: none waits for another's connection. */
const socketsOfPool = 256
const idleMs = 20_000

interface Agents {
  readonly http: http.Agent
  readonly https: https.Agent
}

function newAgents(): Agents {
  const common = { keepAlive: true, maxTotalSockets: socketsOfPool, maxFreeSockets: 16, timeout: idleMs, scheduling: 'lifo' as const }
  return { http: new http.Agent(common), https: new https.Agent({ ...common, minVersion: 'TLSv1.2' }) }
}

export function createOutbound({ clock, resolve = resolveHost }: { clock: Clock; resolve?: Resolve }): Outbound {
  // One that is dropped ends its idle connections by itself; those in use go on.
  const pools = new LRUCache<string, Agents>({ max: 1_000 })
  const agentsOf = (pool: string): Agents => {
    const agents = pools.get(pool) ?? newAgents()
    pools.set(pool, agents)
    return agents
  }
  return {
    async send(request) {
      if (refusalOfUrl(request.url, request.rules) !== undefined) throw new OutboundError('url_refused')
      const late = new AbortController()
      const done = new AbortController()
      const ended = AbortSignal.any([late.signal, ...(request.signal === undefined ? [] : [request.signal])])
      void clock.sleep(request.limitMs, done.signal).then(() => late.abort(new OutboundError('timeout')))
      try {
        const once = () => exchange(request, agentsOf(request.pool), lookupFor(resolve, request.rules.reach), ended)
        // A kept connection may have been closed by the other side a moment ago: that says nothing about the host.
        try {
          return await once()
        } catch (error) {
          if (error instanceof StaleConnection) return await once()
          throw error
        }
      } catch (error) {
        ended.throwIfAborted()
        throw outboundError(error)
      } finally {
        done.abort()
      }
    },
    close() {
      for (const agents of pools.values()) for (const agent of [agents.http, agents.https]) agent.destroy()
      pools.clear()
    },
  }
}

/**
 * The addresses that a connection is made to are the ones that are checked: what the name says a moment later does not matter. Called by
 * Node for each new connection.
 */
function lookupFor(resolve: Resolve, reach: Reach): LookupFunction {
  return (host, options, answer) => {
    const find = async () => {
      const found = (await resolve(host, reach)).filter((address) => mayReach(address, reach))
      if (found.length === 0) throw new OutboundError('address_refused')
      return found.map((address) => ({ address, family: isIP(address) }))
    }
    find().then(
      (found) => {
        if (options.all === true) return answer(null, found)
        const [first] = found
        return answer(null, first?.address ?? '', first?.family)
      },
      (error: unknown) => answer(outboundError(error), ''),
    )
  }
}

function exchange(
  { url, rules, method, headers, body }: OutboundRequest,
  agents: Agents,
  lookup: LookupFunction,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const { protocol, hostname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  // Node asks nobody for a bare address.
  if (isIP(host) !== 0 && !mayReach(host, rules.reach)) throw new OutboundError('address_refused')
  const secure = protocol === 'https:'
  return new Promise((settle, reject) => {
    signal.throwIfAborted()
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const options = { method, lookup, headers: { ...headers, ...length }, signal }
    const request = secure ? https.request(url, { ...options, agent: agents.https }) : http.request(url, { ...options, agent: agents.http })
    request.once('error', (error) => reject(request.reusedSocket && isReset(error) ? new StaleConnection() : error))
    request.once('upgrade', (_answer, socket) => {
      socket.destroy()
      reject(new OutboundError('bad_answer'))
    })
    request.once('response', (answer) => {
      readSome(answer).then(
        (read) => settle({ status: answer.statusCode ?? 0, headers: answer.headers, ...read }),
        // The body broke off; without it the answer is none.
        reject,
      )
    })
    request.end(body)
  })
}

class StaleConnection extends Error {}

const isReset = (error: Error): boolean => 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')

/** A body that goes on is not waited for: its connection is closed. */
async function readSome(answer: http.IncomingMessage): Promise<{ body: Buffer; cut: boolean }> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part)
    size += part.length
    if (size > mostBytes) {
      answer.destroy()
      break
    }
  }
  return { body: Buffer.concat(parts).subarray(0, mostBytes), cut: size > mostBytes }
}

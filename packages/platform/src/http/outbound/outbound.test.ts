import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { platformClock, testClock } from '../../../test/held-time.ts'
import { OutboundError } from './outbound-error.ts'
import { createOutbound, type OutboundRequest } from './outbound.ts'
import { resolveHost, type Resolve } from './resolve.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

interface Listening {
  readonly port: number
  readonly connections: () => number
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<Listening> {
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closers.push(() => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

const serve = (listener: RequestListener) => listen(createServer(listener))

function outbound(resolve?: Resolve) {
  const held = testClock()
  const made = createOutbound({ clock: platformClock(held), ...(resolve === undefined ? {} : { resolve }) })
  closers.push(() => made.close())
  const send = (url: string, change: Partial<OutboundRequest> = {}) =>
    made.send({ url, rules: { reach: 'loopback', plain: true }, pool: 'a', method: 'GET', headers: {}, limitMs: 15_000, ...change })
  return { held, send }
}

const failureOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.catch((thrown: unknown) => thrown)
  if (!(error instanceof OutboundError)) throw new Error('there was an answer', { cause: error })
  return error.failure
}

const hooks = 'http://hooks.example.com'
const answering = (...answers: string[][]): { resolve: Resolve; asked: () => number } => {
  let asked = 0
  return { asked: () => asked, resolve: () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] ?? []) }
}
const publicOnly = { rules: { reach: 'public', plain: true } } as const

describe('the address of a name', () => {
  it('is refused when it is private, and nobody there hears of it', async () => {
    const server = await serve((_, response) => response.end())
    for (const ip of ['127.0.0.1', '::ffff:127.0.0.1', '10.0.0.1', '169.254.169.254', '64:ff9b::7f00:1']) {
      const { send } = outbound(answering([ip]).resolve)
      expect(await failureOf(send(`${hooks}:${server.port}/`, publicOnly)), ip).toBe('address_refused')
    }
    expect(server.connections()).toBe(0)
  })

  it('is judged for each connection anew: a name that turns private after the first look is refused', async () => {
    const server = await serve((_, response) => response.end('inner secrets'))
    const { resolve, asked } = answering(['127.0.0.1'], ['10.0.0.1'])
    const { send } = outbound(resolve)
    expect((await send(`${hooks}:${server.port}/`, { headers: { connection: 'close' } })).status).toBe(200)
    expect(await failureOf(send(`${hooks}:${server.port}/`))).toBe('address_refused')
    expect(asked()).toBe(2)
  })

  it('is the very one that is dialled: it is asked for once', async () => {
    const server = await serve((_, response) => response.end())
    // A second look would find this machine.
    const { resolve, asked } = answering(['10.0.0.1'], ['127.0.0.1'])
    const { send } = outbound(resolve)
    expect(await failureOf(send(`${hooks}:${server.port}/`))).toBe('address_refused')
    expect([asked(), server.connections()]).toEqual([1, 0])
  })

  it('is dropped among others when it is private', async () => {
    const server = await serve((_, response) => response.end())
    const { send } = outbound(answering(['10.0.0.1', '127.0.0.1', 'fd00::1']).resolve)
    expect((await send(`${hooks}:${server.port}/`)).status).toBe(200)
  })

  it('that is a bare one in the URL is refused as well', async () => {
    const server = await serve((_, response) => response.end())
    const { send } = outbound()
    for (const url of [`http://127.0.0.1:${server.port}/`, `http://[::ffff:127.0.0.1]:${server.port}/`, `http://localhost:${server.port}/`])
      expect(await failureOf(send(url, publicOnly)), url).toBe('url_refused')
    expect(server.connections()).toBe(0)
  })

  it('of this machine is known without asking anybody, and only what is allowed of it is used', async () => {
    expect(await resolveHost('localhost', 'public')).toEqual(['127.0.0.1', '::1'])
    expect(await resolveHost('203.0.113.9', 'public')).toEqual(['203.0.113.9'])
    expect(await resolveHost('localhost', 'private')).toContain('127.0.0.1')
    const server = await serve((_, response) => response.end())
    expect((await outbound().send(`http://localhost:${server.port}/`)).status).toBe(200)
  })

  it('that does not exist is a failure of its own', async () => {
    const { send } = outbound(() => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })))
    expect(await failureOf(send(`${hooks}:1234/`))).toBe('dns')
  })
})

describe('an exchange', () => {
  it('follows no redirect', async () => {
    const inner = await serve((_, response) => response.end('inner'))
    const server = await serve((_, response) => response.writeHead(307, { location: `http://127.0.0.1:${inner.port}/` }).end())
    expect((await outbound().send(`http://127.0.0.1:${server.port}/`)).status).toBe(307)
    expect(inner.connections()).toBe(0)
  })

  it('reads at most 64 KiB and hangs up on the rest', async () => {
    let hungUp: () => void = () => undefined
    const gone = new Promise<void>((done) => (hungUp = done))
    const server = await serve((_, response) => {
      response.on('close', hungUp)
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', more)
      more()
    })
    const { status, body, cut } = await outbound().send(`http://127.0.0.1:${server.port}/`)
    expect([status, body.length, cut]).toEqual([200, 65_536, true])
    await gone
  })

  it.each([
    ['accepts and says nothing', () => undefined],
    ['stops in mid-head', (socket: { write(text: string): void }) => socket.write('HTTP/1.1 200 OK\r\nA: ')],
    ['stops in mid-body', (socket: { write(text: string): void }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')],
  ])('with a host that %s ends at its limit', async (_, speak) => {
    let spoke: () => void = () => undefined
    const heard = new Promise<void>((done) => (spoke = done))
    const server = await listen(
      createTcpServer((socket) => {
        closers.push(() => socket.destroy())
        socket.on('error', () => undefined)
        socket.on('data', () => {
          speak(socket)
          spoke()
        })
      }),
    )
    const { held, send } = outbound()
    const failure = failureOf(send(`http://127.0.0.1:${server.port}/`))
    await heard
    await held.advance(15_000)
    expect(await failure).toBe('timeout')
  })

  it.each([
    ['speaks another language', 'SSH-2.0-OpenSSH_9.6\r\n', 'bad_answer'],
    ['upgrades unasked', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n', 'bad_answer'],
    ['sends endless headers', `HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(10_000)}`, 'bad_answer'],
    ['breaks the body off', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', 'connection'],
  ])('with a host that %s fails', async (_, text, failure) => {
    const server = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => socket.end(text))
      }),
    )
    expect(await failureOf(outbound().send(`http://127.0.0.1:${server.port}/`))).toBe(failure)
  })

  it('with nobody, or without TLS where it is due, fails', async () => {
    const server = await serve((_, response) => response.end())
    expect(await failureOf(outbound().send(`https://localhost:${server.port}/`))).toBe('tls')
    const closed = await serve((_, response) => response.end())
    for (const close of closers.splice(0)) close()
    expect(await failureOf(outbound().send(`http://127.0.0.1:${closed.port}/`))).toBe('connection')
  })

  it('keeps connections, for the same app alone, and survives one that was closed meanwhile', async () => {
    let answers = 0
    const server = await serve((request, response) => {
      answers++
      // Promises to stay and goes, as a host does that restarts.
      response.end('x', () => answers === 2 && request.socket.destroySoon())
    })
    const { send } = outbound()
    const url = `http://127.0.0.1:${server.port}/`
    await send(url)
    await send(url)
    expect(server.connections()).toBe(1)
    await send(url)
    expect(server.connections()).toBe(2)
    await send(url, { pool: 'b' })
    expect(server.connections()).toBe(3)
  })

  it('ends when its caller gives up', async () => {
    const giveUp = new AbortController()
    const server = await serve(() => giveUp.abort(new Error('closing')))
    await expect(outbound().send(`http://127.0.0.1:${server.port}/`, { signal: giveUp.signal })).rejects.toThrow('closing')
  })
})

import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { holdPort, onUsualPort } from './held-port.ts'

const host = '127.0.0.1'
const open: Server[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((closed) => server.close(closed))))
})

async function listen(server: Server, on: number | Server): Promise<Server> {
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(on, ...((typeof on === 'number' ? [host] : []) as []), () => listening())
  })
  open.push(server)
  return server
}

const hello: RequestListener = (_request, response) => response.end('hello')
const portOf = (server: Server) => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

it('holds a port that nobody else can take, and hands it over without letting go', async () => {
  const { port, door } = await holdPort(host, 0)
  await expect(listen(createServer(), port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  // Who comes early is sent away, and need not wait.
  await expect(fetch(`http://${host}:${port}`)).rejects.toThrow('fetch failed')
  await listen(createHttpServer(hello), door)
  expect(await (await fetch(`http://${host}:${port}`)).text()).toBe('hello')
})

it('takes another port where the usual one is taken, and the usual one where it is free', async () => {
  const taken = portOf(await listen(createServer(), 0))
  const other = await holdPort(host, taken)
  open.push(other.door)
  expect(other.port).not.toBe(taken)
  const [first] = open.splice(0, 1)
  await new Promise((closed) => first?.close(closed))
  const usual = await holdPort(host, taken)
  open.push(usual.door)
  expect(usual.port).toBe(taken)
})

it('starts a server elsewhere where its usual port is taken, and fails for any other reason', async () => {
  const taken = portOf(await listen(createServer(), 0))
  const started = await onUsualPort(taken, (port) => listen(createServer(), port))
  expect(portOf(started)).not.toBe(taken)
  const tried: number[] = []
  const broken = (port: number) => Promise.reject(new Error(`broken at ${tried.push(port)}`))
  await expect(onUsualPort(taken, broken)).rejects.toThrow('broken at 1')
})

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { sendRaw } from '../../test/raw-http.ts'
import { fail, Problem } from '../base/problem.ts'
import type { Pace } from './arrival.ts'
import { readBody } from './read-body.ts'
import { readOctets } from './read-octets.ts'
import { holdUploadRoom } from './upload-room.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

/** Who hears one request, and what they made of it. */
async function listening<T>(hear: (request: IncomingMessage) => Promise<T>): Promise<{ port: number; heard: Promise<T> }> {
  const { promise: heard, resolve, reject } = Promise.withResolvers<T>()
  const server = createServer((request, response) => {
    hear(request)
      .then(resolve, reject)
      .finally(() => response.writeHead(200).end())
  })
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  heard.catch(() => undefined)
  return { port: (server.address() as AddressInfo).port, heard }
}

/** Sends a head and what follows; the connection stays open. */
function send(port: number, length: number, first = ''): Promise<ReturnType<typeof connect>> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${first}`, () => resolve(socket))
    })
    socket.on('error', () => undefined)
  })
}

const hasty: Pace = { withinMs: 60_000, slowest: { everyMs: 700, bytes: 50_000 } }
const pieces = async (request: IncomingMessage, pace?: Pace) => {
  const lengths: number[] = []
  let problem: unknown
  try {
    for await (const piece of readOctets(request, 1_000_000, pace)) lengths.push(piece.length)
  } catch (error) {
    problem = error instanceof Problem ? error.code : error
  }
  return { lengths, problem }
}

it('refuses a body that comes too slowly, and one that takes too long', async () => {
  const slow = await listening((request) => readBody(request, { pace: hasty }))
  await send(slow.port, 1_000, 'a few')
  await expect(slow.heard).rejects.toMatchObject({ code: 'request_timeout' })
  const late = await listening((request) => readBody(request, { pace: { withinMs: 100 } }))
  await send(late.port, 1_000, 'a few')
  await expect(late.heard).rejects.toMatchObject({ code: 'request_timeout' })
})

const ask = (body: string, ...lines: string[]): string => ['POST / HTTP/1.1', 'Host: x', ...lines, '', body].join('\r\n')
const sized = (body: string, ...lines: string[]): string => ask(body, `Content-Length: ${body.length}`, ...lines)

it.each([
  ['before they are there', 0],
  ['when they are there', 3],
])('gives each request its own bytes and reads it to its end, asked for them %s', async (_, turns) => {
  let ended = 0
  const kept: number[] = []
  const server = createServer((request, response) => {
    request.once('end', () => ended++)
    void (async () => {
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
      const bytes = await readBody(request, { keep: (length) => kept.push(length) })
      response.writeHead(200).end(`said:${bytes.toString()};`)
    })()
  })
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // One after the other on a connection, not waiting for answers; what looks like a request inside a body is none.
  const inner = ask('', 'Content-Length: 0')
  const { status, body } = await sendRaw(url, [
    sized('one') + sized(inner) + sized('') + ask('5\r\nthree\r\n0\r\n\r\n', 'Transfer-Encoding: chunked') + sized('fo'.repeat(20_000)),
    sized('five', 'Expect: 100-continue', 'Connection: close'),
  ])
  const said = [...body.matchAll(/said:([^;]*);/g)].map(([, text]) => text)
  expect([status, said]).toEqual([200, ['one', inner, '', 'three', 'fo'.repeat(20_000), 'five']])
  expect(kept.reduce((sum, length) => sum + length, 0)).toBe(said.join('').length)
  expect(ended).toBe(6)
})

it('takes no byte for which there is no room, though all of them are there', async () => {
  const { port, heard } = await listening(async (request) => {
    while (request.readableLength < 5) await new Promise((resolve) => setImmediate(resolve))
    return readBody(request, { keep: (bytes) => fail('unavailable', { detail: String(bytes) }) })
  })
  await send(port, 5, 'bytes')
  await expect(heard).rejects.toMatchObject({ code: 'unavailable', details: { detail: '5' } })
})

it('keeps what had come of a slow or broken upload', async () => {
  const slow = await listening((request) => pieces(request, hasty))
  await send(slow.port, 900_000, 'x'.repeat(40_000))
  expect(await slow.heard).toEqual({ lengths: [40_000], problem: 'request_timeout' })
  const broken = await listening((request) => pieces(request))
  const socket = await send(broken.port, 900_000, 'x'.repeat(300_000))
  socket.end()
  expect(await broken.heard).toEqual({ lengths: [262_144, 37_856], problem: 'request_timeout' })
})

it('gives pieces of 256 KiB, in order, however the network cuts them; the sender waits meanwhile', async () => {
  const { port, heard } = await listening(async (request) => {
    const parts: Buffer[] = []
    for await (const piece of readOctets(request, 1_000_000)) {
      await new Promise((resolve) => setImmediate(resolve))
      parts.push(piece)
    }
    return parts
  })
  const text = Array.from({ length: 100_000 }, (_, n) => String(n).padStart(7, '0')).join('')
  await send(port, text.length, text)
  const parts = await heard
  expect(parts.map(({ length }) => length)).toEqual([262_144, 262_144, 175_712])
  expect(Buffer.concat(parts).toString()).toBe(text)
})

it('refuses what says, or turns out, to be too large', async () => {
  const said = await listening((request) => pieces(request))
  await send(said.port, 1_000_001)
  expect(await said.heard).toEqual({ lengths: [], problem: 'payload_too_large' })
  const chunked = await listening((request) => pieces(request))
  const socket = connect(chunked.port, '127.0.0.1').on('error', () => undefined)
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
  for (let round = 0; round < 11; round++) socket.write(`${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`)
  expect((await chunked.heard).problem).toBe('payload_too_large')
})

it('has room for so many files at once, and for others when those are done', () => {
  const megabyte = 1_024 * 1_024
  const many = Array.from({ length: 6 }, (_, n) => holdUploadRoom(`usr_${n}`))
  const one = holdUploadRoom('usr_one')
  for (const hold of many) hold.take(15 * megabyte)
  expect(() => one.take(8 * megabyte)).toThrow(expect.objectContaining({ code: 'unavailable' }))
  for (const hold of many) hold.release()
  one.take(8 * megabyte)
  one.release()
})

it('gives nobody more than their share of it, however many files they send at once', () => {
  const megabyte = 1_024 * 1_024
  const mine = Array.from({ length: 3 }, () => holdUploadRoom('usr_mine'))
  mine[0]?.take(8 * megabyte)
  mine[1]?.take(8 * megabyte)
  expect(() => mine[2]?.take(8 * megabyte)).toThrow(expect.objectContaining({ code: 'rate_limited' }))
  const other = holdUploadRoom('usr_other')
  other.take(8 * megabyte)
  mine[0]?.release()
  mine[2]?.take(8 * megabyte)
  for (const hold of [...mine, other]) hold.release()
  expect(() => mine[0]?.take(16 * megabyte)).not.toThrow()
  mine[0]?.release()
})

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CheckInput } from './port.ts'

/** A request that a stub was sent. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** Undefined when it was not JSON. */
  readonly json: unknown
  readonly text: string
}

export interface Said {
  readonly status?: number
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  readonly never?: true
}

/** A server that says whatever a test wants said, by path or in turn, and remembers what it was asked. */
export interface ProviderStub {
  readonly url: string
  readonly asked: Asked[]
  answer: (asked: Asked) => Said
  close(): Promise<void>
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export async function startProviderStub(): Promise<ProviderStub> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('latin1')
      const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, json: parsed(text), text }
      stub.asked.push(asked)
      const { status = 200, body = {}, never } = stub.answer(asked)
      if (never) return
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const stub: ProviderStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: () => ({}),
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
  return stub
}

const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(64)])

/** Somebody to ask about. */
export const inputFor = (change: Partial<CheckInput> = {}): CheckInput => ({
  reference: 'kyc_01example0example0example0',
  number: 'AAAPZ1234C',
  name: 'Kavya Iyer',
  dateOfBirth: '1992-03-04',
  consent: { text: 'I agree', givenAt: new Date('2026-01-05T09:00:00Z') },
  pictures: [
    { side: 'front', mediaType: 'image/jpeg', bytes: jpeg },
    { side: 'back', mediaType: 'image/jpeg', bytes: jpeg },
  ],
  ...change,
})

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebhookEvent } from '@impacthub/sdk/contract'
import { expect } from 'vitest'

/** One request as it came. */
export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: WebhookEvent
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Written after the head; the answer ends with it. */
  readonly body?: string | Buffer
}

/** What to answer: a reply, nothing ever, or whatever the test writes itself. */
export type Answer = Reply | 'hang' | ((request: IncomingMessage, response: ServerResponse) => void)

/** A host's server: keeps what comes, and answers what it is told to. */
export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  answer(next: Answer): void
  /** Waits until so many requests of this type have come. */
  of(type: string, count?: number): Promise<Received[]>
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let answer: Answer = { status: 204 }
  const server = createServer((request, response) => {
    void (async () => {
      let body = ''
      for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) body += part
      received.push({ headers: request.headers, body, event: JSON.parse(body) as WebhookEvent })
      if (answer === 'hang') return
      if (typeof answer === 'function') return answer(request, response)
      response.writeHead(answer.status ?? 204, answer.headers).end(answer.body)
    })().catch(() => response.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: (next) => void (answer = next),
    async of(type, count = 1) {
      const those = () => received.filter(({ event }) => event.type === type)
      await expect.poll(() => those().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count)
      return those()
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

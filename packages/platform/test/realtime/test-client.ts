import { once } from 'node:events'
import { WebSocket, type ClientOptions } from 'ws'

export interface ReceivedFrame {
  readonly seq: number
  readonly type: string
  readonly data: Record<string, unknown>
}

/** A client that keeps all it is told. */
export class TestClient {
  readonly socket: WebSocket
  readonly frames: ReceivedFrame[] = []
  /** The close code, once it is closed; an HTTP status for a refused handshake. */
  readonly closed: Promise<number>
  readonly refusal: { retryAfter?: string | undefined } = {}
  #read = 0
  #wake: () => void = () => undefined

  constructor(url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, options)
    this.socket.on('error', () => undefined)
    this.socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as ReceivedFrame)
      this.#wake()
    })
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code) => resolve(code))
      this.socket.on('unexpected-response', (_request, response) => {
        this.refusal.retryAfter = response.headers['retry-after']
        resolve(response.statusCode ?? 0)
        this.socket.terminate()
      })
    })
  }

  static async hello(url: string, message: Record<string, unknown>, options: ClientOptions = {}): Promise<TestClient> {
    const client = new TestClient(url, options)
    await once(client.socket, 'open')
    client.send({ type: 'hello', ...message })
    return client
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message))
  }

  /** The next frame that was not read yet. */
  async next(): Promise<ReceivedFrame> {
    for (;;) {
      const frame = this.frames[this.#read]
      if (frame !== undefined) {
        this.#read++
        return frame
      }
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Reads on until a frame of this type that fits. */
  async nextOf(type: string, fits: (data: Record<string, unknown>) => boolean = () => true): Promise<ReceivedFrame> {
    for (;;) {
      const frame = await this.next()
      if (frame.type === type && fits(frame.data)) return frame
    }
  }

  /** Gone without a word, as when a phone loses its network: nothing is read or answered any more. */
  vanish(): void {
    this.socket.pause()
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}

export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}

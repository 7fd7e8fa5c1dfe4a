import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** A request to a customer's server. */
export interface OutgoingRequest {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly connectTimeoutMs: number
  readonly readTimeoutMs: number
  readonly maxBytes: number
  /** Calls the request off, as when the sandbox closes. */
  readonly signal?: AbortSignal | undefined
}

/** What came back. */
export interface IncomingAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Why nothing usable came back. */
export class SendError extends Error {
  readonly reason: 'url' | 'connect' | 'timeout' | 'too-large'
  constructor(reason: SendError['reason'], message: string) {
    super(message)
    this.name = 'SendError'
    this.reason = reason
  }
}

/** Sends one request on a connection of its own; redirects are not followed. */
export function sendRequest(wish: OutgoingRequest): Promise<IncomingAnswer> {
  const url = URL.parse(wish.url)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return Promise.reject(new SendError('url', 'not an http or https address'))
  }
  const options: RequestOptions = {
    method: wish.method,
    agent: false, // a kept-alive connection may die between two callbacks, and a POST is not repeated by itself
    headers: { ...wish.headers, ...(wish.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(wish.body)) }) },
    ...(wish.signal ? { signal: wish.signal } : {}),
  }
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const fail = (reason: SendError['reason'], message: string): void => {
      clearTimeout(timer)
      request.destroy()
      reject(new SendError(reason, message))
    }
    const request = start(url, options, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > wish.maxBytes) fail('too-large', `answer is over ${wish.maxBytes} bytes`)
        else chunks.push(chunk)
      })
      response.on('error', (error) => fail('connect', error.message))
      response.on('end', () => {
        clearTimeout(timer)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') })
      })
    })
    let timer = setTimeout(() => fail('timeout', 'no connection in time'), wish.connectTimeoutMs)
    request.on('socket', (socket) =>
      socket.once('connect', () => {
        clearTimeout(timer)
        timer = setTimeout(() => fail('timeout', 'no answer in time'), wish.readTimeoutMs)
      }),
    )
    request.on('error', (error) => fail('connect', error.message))
    request.end(wish.body)
  })
}

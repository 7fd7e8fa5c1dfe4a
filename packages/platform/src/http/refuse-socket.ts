import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ProblemCode } from '@impacthub/sdk/contract'
import { newId } from '../base/ids.ts'
import { Problem } from '../base/problem.ts'
import { presentProblem } from './on-problem.ts'
import { securityHeaders } from './security-headers.ts'

const codeOf: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/**
 * Answers what is no request that could be handled (too slow, too large, not HTTP) like every other refusal: with a problem and the
 * headers of every answer. The connection ends, for where the next request would begin is anybody's guess.
 */
export function refuseSocket(socket: Duplex, error: NodeJS.ErrnoException, docsUrl: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const requestId = newId('req')
  const { status, headers, body } = presentProblem(new Problem(codeOf[error.code ?? ''] ?? 'invalid_request'), requestId, docsUrl)
  const text = JSON.stringify(body)
  const all = {
    ...securityHeaders,
    ...headers,
    'X-Request-Id': requestId,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(text)),
    Connection: 'close',
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`)
}

import type { IncomingMessage } from 'node:http'
import type { Problem } from '../base/problem.ts'
import { fail } from '../base/problem.ts'
import { hearBody, uploadPace, type Pace } from './arrival.ts'
import { refuseCompressed } from './read-body.ts'

const pieceBytes = 256 * 1_024

/**
 * The body as it comes, in pieces of 256 KiB; the last one is what is left. When the sender hangs up or is too slow, what had arrived
 * is given as the last piece, and then it fails: nothing that came is lost. While a piece is worked on, the sender waits.
 */
export async function* readOctets(request: IncomingMessage, maxBytes: number, pace: Pace = uploadPace): AsyncGenerator<Buffer, void> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) fail('payload_too_large', { headers: { Connection: 'close' } })
  refuseCompressed(request)
  let waiting: Buffer[] = []
  let size = 0
  let total = 0
  let over: 'no' | 'end' | 'large' | Problem = 'no'
  let wake = () => {}
  const heard = hearBody(request, pace, {
    bytes(chunk) {
      total += chunk.length
      if (total > maxBytes) {
        over = 'large'
        heard.stop()
        request.resume() // what still comes is dropped until the answer has closed the connection
      } else {
        waiting.push(chunk)
        size += chunk.length
        if (size >= pieceBytes) request.pause()
      }
      wake()
    },
    end() {
      over = 'end'
      wake()
    },
    cutOff(problem) {
      over = problem
      wake()
    },
  })
  const isOver = () => over !== 'no'
  try {
    for (;;) {
      while (size < pieceBytes && !isOver()) {
        request.resume()
        await new Promise<void>((resolve) => (wake = resolve))
      }
      const all = Buffer.concat(waiting)
      const piece = all.subarray(0, pieceBytes)
      const rest = all.subarray(pieceBytes)
      waiting = rest.length === 0 ? [] : [rest]
      size = rest.length
      if (piece.length > 0) yield piece
      if (size === 0 && isOver()) break
    }
  } finally {
    heard.stop()
    request.resume()
  }
  refuseUnlessWhole(over)
}

function refuseUnlessWhole(over: 'no' | 'end' | 'large' | Problem): void {
  if (over === 'large') fail('payload_too_large', { headers: { Connection: 'close' } })
  if (typeof over !== 'string') throw over
}

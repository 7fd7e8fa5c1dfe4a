import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

const read = (text: string): RawAnswer => {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
  return { status: Number(first.split(' ')[1]), headers, body: rest.join('\r\n\r\n') }
}

/** Sends bytes that no well-behaved client would, and gives all that comes until the other side closes. */
export function sendRaw(url: string, bytes: string | readonly (string | Buffer)[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket: Socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      for (const part of typeof bytes === 'string' ? [bytes] : bytes) socket.write(part)
    })
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    socket.on('end', () => socket.end()).on('error', (error) => (text === '' ? reject(error) : undefined))
    socket.on('close', () => resolve(read(text)))
  })
}

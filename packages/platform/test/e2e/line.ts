import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { BrowserContext } from 'playwright'

/**
 * The line between one window and the rest of the world, which a test can cut: a proxy for its requests and sockets, and a wire for its
 * sound. A browser's own "offline" stops neither WebRTC nor open sockets; this does, and `getStats` shows it.
 */
export interface Line {
  /** For the context of the window. */
  readonly proxy: { readonly server: string; readonly bypass: string }
  /** The window at this end: what it sends to the other side goes through the wire. Called before its first page. */
  attach(context: BrowserContext): Promise<void>
  /** From now on nothing comes through, and what is open hangs as on a dead line. */
  cut(): void
  restore(): void
  close(): Promise<void>
}

const host = '127.0.0.1'

/** All that both ends need to know each other by is what is trickled; descriptions keep none of it. */
const withoutCandidates = `
  const { setRemoteDescription } = RTCPeerConnection.prototype
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
    return setRemoteDescription.call(this, { type, sdp: sdp.replace(/a=candidate:.*\\r\\n/g, '') })
  }`

/** The end without a line hears of no address: it answers where the wire speaks from. */
export const otherEnd = `${withoutCandidates}
  RTCPeerConnection.prototype.addIceCandidate = async () => undefined`

const thisEnd = `${withoutCandidates}
  const { addIceCandidate } = RTCPeerConnection.prototype
  RTCPeerConnection.prototype.addIceCandidate = async function (init) {
    const found = / udp \\d+ 127\\.0\\.0\\.1 (\\d+) typ host/.exec(init.candidate)
    if (!found) return
    const port = await wirePort(Number(found[1]))
    return addIceCandidate.call(this, { ...init, candidate: init.candidate.replace(' 127.0.0.1 ' + found[1] + ' ', ' 127.0.0.1 ' + port + ' ') })
  }`

export async function openLine(): Promise<Line> {
  const state = { isCut: false }
  const wire = openWire(() => state.isCut)
  const proxy = await openProxy(() => state.isCut)
  return {
    proxy: { server: `http://${host}:${proxy.port}`, bypass: '<-loopback>' },
    attach: async (context) => {
      await context.exposeFunction('wirePort', (port: number) => wire.portTo(port))
      await context.addInitScript(thisEnd)
    },
    cut: () => {
      state.isCut = true
      proxy.hang()
    },
    restore: () => {
      state.isCut = false
      proxy.drop()
    },
    close: async () => {
      wire.close()
      await proxy.close()
    },
  }
}

/** Passes datagrams on to the port of the other side, each sender by a socket of its own, and the answers back. */
function openWire(isCut: () => boolean) {
  const sockets: UdpSocket[] = []
  const open = async (): Promise<UdpSocket> => {
    const socket = createSocket('udp4')
    sockets.push(socket)
    socket.on('error', () => undefined) // nobody listens there any more
    socket.bind(0, host)
    await once(socket, 'listening')
    return socket
  }
  return {
    async portTo(target: number): Promise<number> {
      const front = await open()
      const backs = new Map<number, Promise<UdpSocket>>()
      const openBack = async (from: number) => {
        const back = await open()
        back.on('message', (packet) => isCut() || front.send(packet, from, host))
        return back
      }
      front.on('message', (packet, { port }) => {
        if (isCut()) return
        const back = backs.get(port) ?? openBack(port)
        backs.set(port, back)
        void back.then((socket) => socket.send(packet, target, host))
      })
      return front.address().port
    },
    close: () => sockets.forEach((socket) => socket.close()),
  }
}

/** An HTTP proxy with tunnels for WebSockets. */
async function openProxy(isCut: () => boolean) {
  const open = new Set<Duplex>()
  const keep = (socket: Duplex) => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
  }
  const pass = (incoming: IncomingMessage, answer: ServerResponse) => {
    if (isCut()) return // as a dead line: no answer
    const { method, headers, url = '' } = incoming
    const onward = httpRequest(url, { method: method ?? 'GET', headers, agent: false }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers)
      found.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    onward.on('socket', keep)
    incoming.pipe(onward)
  }
  const server = createServer(pass)
  server.on('connection', keep)
  server.on('connect', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    if (isCut()) return
    const [, port] = (incoming.url ?? '').split(':')
    const onward: Socket = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      client.pipe(onward).pipe(client)
    })
    keep(onward)
    onward.on('close', () => client.destroy())
    client.on('close', () => onward.destroy())
  })
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  const drop = () => open.forEach((socket) => socket.destroy())
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    /** Nothing is read any more, and nothing is said about it. */
    hang: () => open.forEach((socket) => socket.unpipe().pause()),
    drop,
    close: async () => {
      drop()
      server.close()
      await once(server, 'close')
    },
  }
}

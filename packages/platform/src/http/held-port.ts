import { createServer, type Server } from 'node:net'

/** A port that is ours before anybody serves it: who must tell its address first can do so, and nobody else gets it meanwhile. */
export interface HeldPort {
  readonly port: number
  /** Listens already, and sends away whoever comes; an HTTP server takes it over by listening on it. */
  readonly door: Server
}

/** Holds the port that was used before, so that an open tab goes on; another one where that is taken, or none was (0). */
export function holdPort(host: string, usual: number): Promise<HeldPort> {
  return new Promise((resolve, reject) => {
    const door = createServer((early) => early.destroy())
    door.once('error', (error) => (usual === 0 ? reject(error) : resolve(holdPort(host, 0))))
    door.listen(usual, host, () => {
      const address = door.address()
      resolve({ port: address !== null && typeof address === 'object' ? address.port : 0, door })
    })
  })
}

/** Starts a server on the port it had before, or on another where that is taken. */
export async function onUsualPort<Started>(usual: number, start: (port: number) => Promise<Started>): Promise<Started> {
  try {
    return await start(usual)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || usual === 0) throw error
    return start(0)
  }
}

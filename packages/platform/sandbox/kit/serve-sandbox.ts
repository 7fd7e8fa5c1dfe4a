import type { Timer } from './clock.ts'
import { answerControl, CONTROL_PREFIX, type ControlRoute } from './control.ts'
import type { Gate } from './deliver-later.ts'
import { listen, type Listening, type Service } from './listen.ts'

/** What there is of a sandbox when it begins to listen. */
export interface Sandbox {
  readonly gate: Gate
  readonly timers: ReadonlyMap<string, Timer>
  readonly store: { close(): void }
}

/** What of it is the provider's own. */
export interface SandboxService extends Pick<Service, 'handle' | 'refuse' | 'maxBodyBytes'> {
  readonly routes: readonly ControlRoute[]
  readonly port: number | undefined
  readonly host: string | undefined
}

const isControl = (path: string): boolean => path.startsWith(`${CONTROL_PREFIX}/`)

/** Serves a provider's wire and the control surface beside it; what was under way when it closes is in the state file. */
export async function serveSandbox(
  { gate, timers, store }: Sandbox,
  closing: AbortController,
  { handle, refuse, maxBodyBytes, routes, host = '127.0.0.1', port = 0 }: SandboxService,
): Promise<Listening> {
  const service: Service = {
    handle: (request) => (isControl(request.path) ? answerControl(routes, request) : handle(request)),
    refuse,
    maxBodyBytes,
    gated: (path) => !isControl(path),
  }
  const server = await listen(service, gate, { host, port }).catch((error: unknown) => {
    store.close()
    throw error
  })
  return {
    url: server.url,
    async close() {
      closing.abort()
      for (const timer of timers.values()) timer.cancel()
      await server.close()
      store.close()
    },
  }
}

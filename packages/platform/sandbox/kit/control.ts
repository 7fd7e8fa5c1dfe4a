import type { Answer, Incoming } from './listen.ts'
import type { Deliveries } from './deliver-later.ts'
import { type FaultBook, readApiFault, readCallbackFault } from './faults.ts'
import { type Clock, isHeld } from './clock.ts'
import { isRecord, type Json, readJson } from './json.ts'

/** A control request whose body has been read. */
export interface ControlRequest {
  readonly query: URLSearchParams
  readonly body: { readonly [name: string]: Json }
  readonly at: readonly string[]
}

/** A line of the control surface. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `/_sandbox`, with a capture for each variable part. */
  readonly path: RegExp
  readonly run: (request: ControlRequest) => Answer | Promise<Answer>
}

/** Where every sandbox has its control surface. */
export const CONTROL_PREFIX = '/_sandbox'

/** An answer with a JSON body. */
export const ok = (json: unknown): Answer => ({ status: 200, json })

/** A refusal on the control surface: plain, since no provider speaks here. */
export const controlError = (status: number, message: string): Answer => ({ status, json: { error: message } })

/** Answers a control request. A page of another origin may not press these buttons. */
export async function answerControl(routes: readonly ControlRoute[], request: Incoming): Promise<Answer> {
  const { origin, host } = request.headers
  if (origin !== undefined && URL.parse(origin)?.host !== host) return controlError(403, 'requests from other origins are refused')
  const path = request.path.slice(CONTROL_PREFIX.length)
  const fitting = routes.flatMap((route) => {
    const found = route.path.exec(path)
    return found ? [{ route, at: found.slice(1) }] : []
  })
  if (fitting.length === 0) return controlError(404, `no such control: ${path.slice(0, 100)}`)
  const chosen = fitting.find(({ route }) => route.method === request.method)
  if (!chosen) return controlError(405, `not for ${request.method}`)
  const body = request.body === '' ? {} : readJson(request.body)
  return isRecord(body)
    ? chosen.route.run({ query: request.query, body, at: chosen.at })
    : controlError(400, 'the body must be a JSON object')
}

/** The controls that every sandbox has: faults, callbacks, the clock. */
export function commonControls(parts: { faults: FaultBook; deliveries: Deliveries; clock: Clock }): ControlRoute[] {
  const { faults, deliveries, clock } = parts
  return [
    { method: 'GET', path: /^\/faults$/, run: () => ok({ faults: faults.list() }) },
    { method: 'POST', path: /^\/faults$/, run: ({ body }) => addFault(faults, body) },
    {
      method: 'DELETE',
      path: /^\/faults$/,
      run() {
        faults.clear()
        return { status: 204 }
      },
    },
    {
      method: 'DELETE',
      path: /^\/faults\/(\w+)$/,
      run: ({ at }) => (faults.remove(at[0] ?? '') ? { status: 204 } : controlError(404, 'no such fault')),
    },
    { method: 'GET', path: /^\/callbacks$/, run: () => ok({ callbacks: deliveries.log(), held: deliveries.held() }) },
    {
      method: 'POST',
      path: /^\/callbacks\/release$/,
      async run({ body }) {
        const ids = Array.isArray(body['ids']) ? body['ids'].map(String) : undefined
        await deliveries.release(ids)
        return ok({ held: deliveries.held() })
      },
    },
    {
      method: 'GET',
      path: /^\/clock$/,
      run: () => ok({ now: new Date(clock.now()).toISOString(), held: isHeld(clock) }),
    },
    {
      method: 'POST',
      path: /^\/clock$/,
      async run({ body }) {
        const { advanceSeconds } = body
        if (!isHeld(clock)) return controlError(409, 'this sandbox runs on the real clock')
        if (typeof advanceSeconds !== 'number' || !(advanceSeconds >= 0 && advanceSeconds <= 31_536_000)) {
          return controlError(400, 'advanceSeconds must be a number of seconds, at most a year')
        }
        await clock.advance(Math.round(advanceSeconds * 1000))
        return ok({ now: new Date(clock.now()).toISOString(), held: true })
      },
    },
  ]
}

function addFault(faults: FaultBook, body: { readonly [name: string]: Json }): Answer {
  const callback = readCallbackFault(body['callback'])
  const api = readApiFault(body['api'])
  if (callback) return { status: 201, json: { id: faults.addCallback(callback) } }
  return api
    ? { status: 201, json: { id: faults.addApi(api) } }
    : controlError(400, 'expected { callback: { action, … } } or { api: { action, … } }')
}

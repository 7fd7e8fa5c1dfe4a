import type { CallOptions, ClientOf, Route, RouteSchemas } from '../contract/kit.ts'
import { ConnectError } from './connect-error.ts'
import type { Send } from './transport.ts'

/** What a client needs to know of a route. */
export type Endpoint = Pick<Route, 'method' | 'path'>
type Input = Readonly<Record<string, unknown>>

/** The rest of the input after the path took its parameters. */
function fill(path: string, input: Input): { path: string; rest: Record<string, unknown> } {
  const rest = { ...input }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest[name] ?? '')
    // A URL parser takes "." and ".." (percent-encoded as well) as steps in the path: the request would reach another route.
    if (/^\.{0,2}$/.test(value)) throw new ConnectError('invalid_argument', `${name} cannot be ${JSON.stringify(value)}`)
    delete rest[name]
    return encodeURIComponent(value)
  })
  return { path: filled, rest }
}

function queryOf(values: Input): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.append(name, String(value))
  return query.size > 0 ? `?${query.toString()}` : ''
}

const methodOf =
  (send: Send, { method, path }: Endpoint) =>
  async (input: Input = {}, options: CallOptions = {}): Promise<unknown> => {
    const filled = fill(path, input)
    const withBody = method !== 'GET' && method !== 'DELETE'
    return withBody ? send(method, filled.path, options, filled.rest) : send(method, filled.path + queryOf(filled.rest), options)
  }

/** Makes one method of each route. The types come from the schemas, which are not there at run time. */
export function bind<Schemas extends Readonly<Record<string, RouteSchemas>>>(
  table: Readonly<Record<keyof Schemas & string, Endpoint>>,
  send: Send,
): ClientOf<Schemas> {
  const methods = Object.entries<Endpoint>(table).map(([name, endpoint]) => [name, methodOf(send, endpoint)])
  // Routes and schemas are checked against each other in the contract; here they meet only as data.
  return Object.fromEntries(methods) as ClientOf<Schemas>
}

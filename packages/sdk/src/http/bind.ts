import type { Signature } from '../contract/describe.ts'
import type { CallOptions, ClientOf, RouteSchemas } from '../contract/kit.ts'
import { ConnectError } from './connect-error.ts'
import type { Send } from './transport.ts'

type Input = Readonly<Record<string, unknown>>

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** The rest of the input after the path took its parameters. */
function fill(path: string, input: Input): { path: string; rest: Record<string, unknown> } {
  const rest = { ...input }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = textOf(rest[name] ?? '')
    // A URL parser takes "." and ".." (percent-encoded as well) as steps in the path: the request would reach another route.
    if (/^\.{0,2}$/.test(value)) throw new ConnectError('invalid_argument', `${name} cannot be ${JSON.stringify(value)}`)
    delete rest[name]
    return encodeURIComponent(value)
  })
  return { path: filled, rest }
}

function queryOf(values: Input): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.append(name, textOf(value))
  return query.size > 0 ? `?${query.toString()}` : ''
}

const methodOf = (send: Send, signature: Signature) => {
  const [method = '', template = ''] = signature.split(' ')
  return async (input: Input = {}, options: CallOptions = {}): Promise<unknown> => {
    const { path, rest } = fill(template, input)
    return method.startsWith('P') ? send(method, path, options, rest) : send(method, path + queryOf(rest), options)
  }
}

/** Makes one method of each route. The types come from the schemas, which are not there at run time. */
export function bind<Schemas extends Readonly<Record<string, RouteSchemas>>>(
  paths: Readonly<Record<keyof Schemas & string, Signature>>,
  send: Send,
): ClientOf<Schemas> {
  const methods = Object.entries<Signature>(paths).map(([name, signature]) => [name, methodOf(send, signature)])
  // Paths and schemas are checked against each other in the contract; here they meet only as data.
  return Object.fromEntries(methods) as ClientOf<Schemas>
}

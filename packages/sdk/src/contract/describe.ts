import type { Route } from './kit.ts'

type Described<S, Rest> = S extends `${infer Method extends Route['method']} ${infer Path extends Route['path']}`
  ? { readonly method: Method; readonly path: Path } & Rest
  : never

/** How clients know a route: `GET /v1/calls/{callId}`. */
export type Signature = `${Route['method']} ${Route['path']}`

type None<Names extends PropertyKey> = { readonly [Name in Names]: never }

/** Nothing is described that does not exist, and no field is misspelled. */
type OnlyOf<Paths, Rest> = {
  readonly [Name in keyof Rest]: Name extends keyof Paths ? None<Exclude<keyof Rest[Name], keyof Route>> : never
}

/**
 * Puts the signatures of an area's routes together with what only the platform and the reference want to know of them. They are
 * apart because clients carry the signatures alone: in a browser every word of a summary would weigh.
 */
export function describe<
  const Paths extends Readonly<Record<string, Signature>>,
  const Rest extends { readonly [Name in keyof Paths]: Omit<Route, 'method' | 'path'> },
>(paths: Paths, rest: Rest & OnlyOf<Paths, Rest>): { readonly [Name in keyof Paths]: Described<Paths[Name], Rest[Name]> } {
  const routes = Object.entries<string>(paths).map(([name, signature]) => {
    const [method, path] = signature.split(' ')
    return [name, { method, path, ...rest[name] }]
  })
  // The loop forgets which name has which type; the signature above does not.
  return Object.fromEntries(routes) as { readonly [Name in keyof Paths]: Described<Paths[Name], Rest[Name]> }
}

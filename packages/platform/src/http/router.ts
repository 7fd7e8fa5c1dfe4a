import createRouter from 'find-my-way'
import { fail } from '../base/problem.ts'
import type { Operation } from './implement.ts'

export interface Match {
  readonly operation: Operation
  readonly params: Record<string, string | undefined>
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
type Method = (typeof methods)[number]
const isMethod = (text: string): text is Method => methods.some((method) => method === text)

/** Finds the operation of a path. Fails with `not_found`, or `method_not_allowed` with the methods that there are. */
export function createFinder(operations: readonly Operation[]): (method: string, path: string) => Match {
  const router = createRouter({ caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 1_024 })
  const byName = new Map<object, Operation>()
  for (const operation of operations) {
    const store = {}
    byName.set(store, operation)
    router.on(operation.route.method, operation.route.path.replaceAll(/\{(\w+)\}/g, ':$1'), () => undefined, store)
  }
  return (method, path) => {
    // Whoever may ask for a thing may ask for its headers.
    const asked = method === 'HEAD' ? 'GET' : method
    const found = isMethod(asked) ? router.find(asked, path) : null
    const operation = found === null ? undefined : byName.get(found.store as object)
    if (found !== null && operation !== undefined) return { operation, params: found.params }
    const allowed: string[] = methods.filter((other) => router.find(other, path) !== null)
    if (allowed.length === 0) return fail('not_found')
    if (allowed[0] === 'GET') allowed.splice(1, 0, 'HEAD')
    return fail('method_not_allowed', { headers: { Allow: [...allowed, 'OPTIONS'].join(', ') } })
  }
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { allTables, type Route } from '@impacthub/sdk/contract'
import { expect, it } from 'vitest'
import { implement } from './implement.ts'
import { openApiDocument } from './openapi.ts'

interface Described {
  readonly operationId: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly requestBody?: { readonly required: boolean }
  readonly responses: Readonly<Record<string, unknown>>
}
const document = JSON.parse(openApiDocument()) as { paths: Readonly<Record<string, Readonly<Record<string, Described>>>> }

it('is what the repository shows', async () => {
  expect(await readFile(join(import.meta.dirname, '../../../../docs/openapi.json'), 'utf8')).toBe(openApiDocument())
})

const routes = Object.entries(allTables).flatMap(([area, table]) =>
  Object.entries<Route>(table).map(([name, route]) => ({ name: `${area}.${name}`, route })),
)

it.each(routes)('describes $name as it is served', ({ name, route }) => {
  const found = document.paths[route.path]?.[route.method.toLowerCase()]
  expect(found?.operationId).toBe(name)
  const schemes = found?.security.flatMap((one) => Object.keys(one)).sort()
  const { access } = route
  expect(schemes).toEqual(
    [
      ...(access.publishable ? ['publishableKey'] : []),
      ...(access.secret ? ['secretKey'] : []),
      ...(access.user ? ['userToken'] : []),
    ].sort(),
  )
  for (const [, param] of route.path.matchAll(/\{(\w+)\}/g))
    expect(found?.parameters).toContainEqual(expect.objectContaining({ name: param, in: 'path', required: true }))
  const key = found?.parameters?.find((one) => one.name === 'Idempotency-Key')
  expect(key?.required).toBe(route.method === 'POST' ? route.idempotency === 'required' : undefined)
  expect(Object.keys(found?.responses ?? {})).toEqual([String(route.success ?? 200), 'default'])
})

it('does not ask for a body of which every field may be left out', () => {
  expect(document.paths['/v1/users/{userId}/tokens']?.['post']?.requestBody?.required).toBe(false)
  expect(document.paths['/v1/users']?.['post']?.requestBody?.required).toBe(true)
})

it('starts no route that does not say who may use it', () => {
  const table = { open: { method: 'GET', path: '/v1/open', access: {}, summary: 'Open' } } as const
  expect(() => implement('test', table, { open: {} }, { open: () => Promise.resolve() })).toThrow('does not say who may use it')
})

import { describe as group, expect, expectTypeOf, it } from 'vitest'
import type { Call, ConnectClient, ProblemCode } from '../index.ts'
import { createClient, iterate } from '../index.ts'
import { createServer, type ConnectServer } from '../server.ts'
import { laterAreas } from '../later-areas.ts'
import { bind } from '../http/bind.ts'
import { describe } from './describe.ts'
import { allTables, clientTables, serverTables } from './routes.ts'
import { allSchemas, clientSchemas, serverSchemas } from './schemas.ts'
import { problems } from './problems.ts'
import type { Route, RouteSchemas } from './kit.ts'

const routes = Object.entries(allTables).flatMap(([area, table]) =>
  Object.entries<Route>(table).map(([name, route]) => {
    const areas: Readonly<Record<string, Readonly<Record<string, RouteSchemas>>>> = allSchemas
    return { name: `${area}.${name}`, route, schemas: areas[area]?.[name] }
  }),
)

group('the contract', () => {
  it.each(routes)('$name has schemas for its parameters and says who may use it', ({ route, schemas }) => {
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(Object.keys(schemas?.params?.shape ?? {}).sort()).toEqual(inPath.sort())
    expect(Object.keys(route.access).length).toBeGreaterThan(0)
    expect(route.summary.length).toBeGreaterThan(5)
    expect(schemas?.answer === undefined).toBe(route.success === 204)
    if (route.method === 'GET' || route.method === 'DELETE') expect(schemas?.body).toBeUndefined()
    // The flat input of a client: one name means one thing.
    const names = [schemas?.params, schemas?.query, schemas?.body].flatMap((part) => Object.keys(part?.shape ?? {}))
    expect(new Set(names).size).toBe(names.length)
  })

  it('has the same areas and routes in tables, schemas and clients', () => {
    const namesOf = (areas: Readonly<Record<string, object>>) =>
      Object.entries(areas)
        .filter(([area]) => area !== 'realtime')
        .map(([area, methods]) => `${area}: ${Object.keys(methods).sort().join()}`)
        .sort()
    // Some areas come with their first question: what is loaded then has to be what the tables name.
    const client = {
      ...createClient({ baseUrl: 'http://platform', publishableKey: 'pk', getToken: async () => '' }),
      ...laterAreas(
        async () => undefined,
        bind,
        async () => undefined,
      ),
    }
    const server = createServer({ baseUrl: 'http://platform', secretKey: 'sk' })
    expect(namesOf(client)).toEqual(namesOf(clientTables))
    expect(namesOf(client)).toEqual(namesOf(clientSchemas))
    expect(namesOf(server)).toEqual(namesOf(serverTables))
    expect(namesOf(server)).toEqual(namesOf(serverSchemas))
  })

  it('says of every problem which status it has', () => {
    for (const { status, remedy } of Object.values(problems)) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(remedy).toMatch(/\.$/)
    }
  })
})

group('its types', () => {
  it('keep method, path and access of each route', () => {
    expectTypeOf(clientTables.calls.create).toExtend<{ method: 'POST'; path: '/v1/calls'; access: { user: true; secret: 'calls:write' } }>()
    expectTypeOf(clientTables.calls.create.method).toEqualTypeOf<'POST'>()
    expect(describe({ get: 'GET /v1/x' }, { get: { summary: 'One x', access: { anyone: true } } })).toEqual({
      get: { method: 'GET', path: '/v1/x', summary: 'One x', access: { anyone: true } },
    })
    // @ts-expect-error a description of a route that does not exist
    describe({ get: 'GET /v1/x' }, { get: { summary: 'One x', access: {} }, put: { summary: 'No x', access: {} } })
    // @ts-expect-error a misspelled field
    describe({ get: 'GET /v1/x' }, { get: { summary: 'One x', access: {}, sucess: 201 } })
    // @ts-expect-error a route without a description
    describe({ get: 'GET /v1/x', put: 'PUT /v1/x' }, { get: { summary: 'One x', access: {} } })
  })

  it('reach the clients', () => {
    expectTypeOf<ConnectClient['calls']['create']>().parameter(0).toExtend<{ calleeId: string }>()
    expectTypeOf<ConnectClient['calls']['create']>().returns.resolves.toEqualTypeOf<Call>()
    expectTypeOf<Parameters<ConnectClient['calls']['list']>[0]>().toExtend<{ limit?: number | undefined } | undefined>()
    expectTypeOf<ConnectServer['users']['delete']>().returns.resolves.toEqualTypeOf<void>()
    expectTypeOf<'insufficient_balance'>().toExtend<ProblemCode>()
    const walk = (client: ConnectClient, server: ConnectServer) => [
      iterate(client.calls.list, { limit: 5 }),
      iterate(client.calls.list),
      iterate(server.wallets.listTransactions, { userId: 'asha' }),
      // @ts-expect-error it does not say whose
      iterate(server.wallets.listTransactions),
    ]
    expectTypeOf(walk).returns.toBeArray()
    expectTypeOf<ReturnType<typeof walk>[0]>().toExtend<AsyncGenerator<object>>()
  })
})

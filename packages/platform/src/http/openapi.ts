import { allSchemas, allTables, problems, type Route, type RouteSchemas } from '@impacthub/sdk/contract'
import * as z from 'zod'

type Json = Record<string, unknown>

const toSchema = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // The pattern of a date-time is a page long and says no more than its format.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    },
  })
  return rest
}

function parameters(schemas: RouteSchemas): Json[] {
  const of = (schema: z.ZodObject | undefined, place: 'path' | 'query' | 'header') => {
    if (schema === undefined) return []
    const json = toSchema(schema, 'input') as { properties?: Record<string, Json>; required?: string[] }
    return Object.entries(json.properties ?? {}).map(([name, field]) => ({
      name,
      in: place,
      required: place === 'path' || (json.required ?? []).includes(name),
      schema: field,
    }))
  }
  return [...of(schemas.params, 'path'), ...of(schemas.query, 'query'), ...of(schemas.headers, 'header')]
}

function security(route: Route): Json[] {
  const { access } = route
  return [
    ...(access.user === true ? [{ userToken: [] }] : []),
    ...(access.secret === undefined ? [] : [{ secretKey: [access.secret] }]),
    ...(access.publishable === true ? [{ publishableKey: [] }] : []),
  ]
}

const idempotencyHeader = (required: boolean): Json => ({
  name: 'Idempotency-Key',
  in: 'header',
  required,
  description: 'The same key and body answer the same response for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
})

const octetSchema: Json = { type: 'string', format: 'binary' }

/** As the route takes its body; pieces of an upload have the type of tus. */
const mediaOf = ({ takes }: Route): string =>
  takes === 'form' ? 'multipart/form-data' : takes === 'octets' ? 'application/offset+octet-stream' : 'application/json'

function operationOf(name: string, route: Route, schemas: RouteSchemas): Json {
  const success = String(route.success ?? 200)
  const header = route.method === 'POST' ? [idempotencyHeader(route.idempotency === 'required')] : []
  return {
    operationId: name,
    tags: [name.split('.')[0]],
    summary: route.summary,
    security: security(route),
    ...(parameters(schemas).length + header.length > 0 ? { parameters: [...parameters(schemas), ...header] } : {}),
    ...(schemas.body === undefined && route.takes === undefined
      ? {}
      : {
          requestBody: {
            required: !(schemas.body ?? z.never()).safeParse({}).success,
            content: { [mediaOf(route)]: { schema: schemas.body === undefined ? octetSchema : toSchema(schemas.body, 'input') } },
          },
        }),
    responses: {
      [success]: {
        description: 'Success',
        ...(schemas.answer === undefined
          ? {}
          : { content: { [route.gives ?? 'application/json']: { schema: toSchema(schemas.answer, 'output') } } }),
      },
      default: {
        description: 'A problem; its code is listed at /docs/problems',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(problems) },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', required: ['pointer', 'detail'], properties: { pointer: { type: 'string' }, detail: { type: 'string' } } },
    },
  },
}

/** OpenAPI 3.1 from the very tables and schemas that route and validate. Sorted, so that the committed copy changes only with them. */
export function openApiDocument(): string {
  const paths: Record<string, Json> = {}
  for (const [area, table] of Object.entries(allTables)) {
    const schemas: Readonly<Record<string, RouteSchemas>> = allSchemas[area as keyof typeof allSchemas]
    for (const [name, route] of Object.entries<Route>(table)) {
      const path = (paths[route.path] ??= {})
      path[route.method.toLowerCase()] = operationOf(`${area}.${name}`, route, schemas[name] ?? {})
    }
  }
  const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description })
  const document = {
    openapi: '3.1.0',
    info: { title: 'ImpactHub Connect', version: '1', description: 'Paid calls, a coin wallet and presence for any app.' },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        userToken: bearer('A user token, minted with POST /v1/users/{userId}/tokens'),
        secretKey: bearer('sk_test_… or sk_live_…, from servers only'),
        publishableKey: bearer('pk_test_… or pk_live_…, from allowed origins'),
      },
      schemas: { Problem: problemSchema },
    },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

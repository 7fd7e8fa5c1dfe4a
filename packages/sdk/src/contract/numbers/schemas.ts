import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { listOf, page, phone, time } from '../shapes.ts'
import type { numberRoutes } from './routes.ts'

const number = z.object({ id: z.string(), provider: z.enum(['twilio']), phoneNumber: z.string(), createdAt: time })

export const numberSchemas = {
  list: { query: z.strictObject(page), answer: listOf(number) },
  create: { body: z.strictObject({ provider: z.enum(['twilio']).default('twilio'), phoneNumber: phone }), answer: number },
} satisfies SchemasFor<typeof numberRoutes>

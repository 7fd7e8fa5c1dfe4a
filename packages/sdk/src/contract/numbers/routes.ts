import { describe } from '../describe.ts'
import { numberPaths } from './paths.ts'

export const numberRoutes = describe(numberPaths, {
  list: { summary: 'The app’s virtual numbers', access: { secret: 'numbers:read' } },
  create: {
    summary: 'Add a virtual number that the provider account owns',
    success: 201,
    idempotency: 'optional',
    access: { secret: 'numbers:write' },
  },
})

import { describe } from '../describe.ts'
import { topupPaths, topupReadPaths, topupServerPaths } from './paths.ts'

/** Coins bought by the user who is signed in. */
export const topupRoutes = describe(topupPaths, {
  create: {
    summary: 'Begin to buy a pack of coins: what the provider’s checkout needs',
    success: 201,
    idempotency: 'required',
    access: { user: true },
  },
  confirm: {
    summary: 'Hand in what the provider’s checkout gave the page; coins follow what the provider says',
    idempotency: 'optional',
    access: { user: true },
  },
})

export const topupReadRoutes = describe(topupReadPaths, {
  list: { summary: 'Top-ups, newest first', access: { user: true, secret: 'topups:read' } },
  get: { summary: 'One top-up', access: { user: true, secret: 'topups:read' } },
})

export const topupServerRoutes = describe(topupServerPaths, {
  refund: {
    summary: 'Give a payment back, whole or in part, and take its coins back',
    idempotency: 'required',
    access: { secret: 'topups:write' },
  },
})

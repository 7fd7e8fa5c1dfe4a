import { describe } from '../describe.ts'
import { ledgerPaths, walletPaths, walletServerPaths } from './paths.ts'

export const walletRoutes = describe(walletPaths, {
  get: { summary: 'The signed-in user’s coins', access: { user: true } },
  listTransactions: {
    summary: 'The signed-in user’s coin history',
    access: { user: true },
  },
  getTransaction: { summary: 'The receipt of one transaction of the signed-in user', access: { user: true } },
  listHolds: { summary: 'Coins of the signed-in user that are held, and for what', access: { user: true } },
})

export const walletServerRoutes = describe(walletServerPaths, {
  get: { summary: 'A user’s coins', access: { secret: 'wallet:read' } },
  listTransactions: {
    summary: 'A user’s coin history',
    access: { secret: 'wallet:read' },
  },
  listWalletTransactions: { summary: 'A user’s coin history, beside the wallet', access: { secret: 'wallet:read' } },
  getTransaction: { summary: 'The receipt of one transaction of a user', access: { secret: 'wallet:read' } },
  listHolds: { summary: 'Coins of a user that are held, and for what', access: { secret: 'wallet:read' } },
  credit: {
    summary: 'Give a user coins',
    success: 201,
    idempotency: 'required',
    access: { secret: 'wallet:write' },
  },
  debit: {
    summary: 'Take coins from a user',
    success: 201,
    idempotency: 'required',
    access: { secret: 'wallet:write' },
  },
  creditMany: {
    summary: 'Give many users coins in one request',
    success: 201,
    idempotency: 'required',
    access: { secret: 'wallet:write' },
    // A thousand credits with the longest keys, ids and reasons, every letter of them as \u0930, as many clients write it.
    longestBody: 2_560,
  },
})

export const ledgerRoutes = describe(ledgerPaths, {
  listAccounts: {
    summary: 'The app’s own accounts and the sum of its users’',
    access: { secret: 'wallet:read' },
  },
  listTransactions: {
    summary: 'Every transaction of the ledger with its entries',
    access: { secret: 'wallet:read' },
  },
  reverse: {
    summary: 'Take a transaction back by a new one',
    success: 201,
    idempotency: 'required',
    access: { secret: 'wallet:write' },
  },
})

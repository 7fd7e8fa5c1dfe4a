import type { RouteTable } from '../kit.ts'

export const walletRoutes = {
  get: { method: 'GET', path: '/v1/wallet', summary: 'The signed-in user’s coins', access: { user: true } },
  listTransactions: {
    method: 'GET',
    path: '/v1/wallet/transactions',
    summary: 'The signed-in user’s coin history',
    access: { user: true },
  },
} as const satisfies RouteTable

export const walletServerRoutes = {
  get: { method: 'GET', path: '/v1/users/{userId}/wallet', summary: 'A user’s coins', access: { secret: 'wallet:read' } },
  listTransactions: {
    method: 'GET',
    path: '/v1/users/{userId}/transactions',
    summary: 'A user’s coin history',
    access: { secret: 'wallet:read' },
  },
  credit: {
    method: 'POST',
    path: '/v1/users/{userId}/credits',
    summary: 'Give a user coins',
    success: 201,
    idempotency: 'required',
    access: { secret: 'wallet:write' },
  },
  debit: {
    method: 'POST',
    path: '/v1/users/{userId}/debits',
    summary: 'Take coins from a user',
    success: 201,
    idempotency: 'required',
    access: { secret: 'wallet:write' },
  },
} as const satisfies RouteTable

export const ledgerRoutes = {
  listAccounts: {
    method: 'GET',
    path: '/v1/ledger/accounts',
    summary: 'The app’s own accounts and the sum of its users’',
    access: { secret: 'wallet:read' },
  },
  listTransactions: {
    method: 'GET',
    path: '/v1/ledger/transactions',
    summary: 'Every transaction of the ledger with its entries',
    access: { secret: 'wallet:read' },
  },
} as const satisfies RouteTable

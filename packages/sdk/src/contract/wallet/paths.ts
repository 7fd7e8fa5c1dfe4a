/** Method and path of each route: all that a client needs to know of it. */
export const ledgerPaths = {
  listAccounts: 'GET /v1/ledger/accounts',
  listTransactions: 'GET /v1/ledger/transactions',
} as const

export const walletPaths = {
  get: 'GET /v1/wallet',
  listTransactions: 'GET /v1/wallet/transactions',
} as const

export const walletServerPaths = {
  get: 'GET /v1/users/{userId}/wallet',
  listTransactions: 'GET /v1/users/{userId}/transactions',
  credit: 'POST /v1/users/{userId}/credits',
  debit: 'POST /v1/users/{userId}/debits',
} as const

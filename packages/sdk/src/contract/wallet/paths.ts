/** Method and path of each route: all that a client needs to know of it. */
export const ledgerPaths = {
  listAccounts: 'GET /v1/ledger/accounts',
  listTransactions: 'GET /v1/ledger/transactions',
  reverse: 'POST /v1/ledger/transactions/{transactionId}/reverse',
} as const

export const walletPaths = {
  get: 'GET /v1/wallet',
  listTransactions: 'GET /v1/wallet/transactions',
  getTransaction: 'GET /v1/wallet/transactions/{transactionId}',
  listHolds: 'GET /v1/wallet/holds',
} as const

export const walletServerPaths = {
  get: 'GET /v1/users/{userId}/wallet',
  listTransactions: 'GET /v1/users/{userId}/transactions',
  listWalletTransactions: 'GET /v1/users/{userId}/wallet/transactions',
  getTransaction: 'GET /v1/users/{userId}/wallet/transactions/{transactionId}',
  listHolds: 'GET /v1/users/{userId}/wallet/holds',
  credit: 'POST /v1/users/{userId}/credits',
  debit: 'POST /v1/users/{userId}/debits',
  creditMany: 'POST /v1/credits',
} as const

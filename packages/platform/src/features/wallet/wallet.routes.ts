import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf, type Cursors } from '../../base/cursor.ts'
import type { Db } from '../../db/connect.ts'
import { implement, type Operation } from '../../http/implement.ts'
import { readBooks, readTotals } from './books-store.ts'
import { creditMany } from './credit-many.ts'
import { createGroupPosting } from './group-posting.ts'
import { expiryOf, moveByKey, type MoveDeps } from './move-by-key.ts'
import { historyOf, holdsOf, receiptOf, walletOf } from './read-wallet.ts'
import { reverseByServer } from './reverse-by-server.ts'

export interface WalletDeps extends Omit<MoveDeps, 'postMove'> {
  readonly db: Db
  readonly cursors: Cursors
}

/** Wallets as their users see them, wallets as the app's server sees and fills them, and the app's books. */
export function walletOperations(deps: WalletDeps): Operation[] {
  return [...ownWallet(deps), ...walletsOfUsers(deps), ...books(deps)]
}

function ownWallet(deps: WalletDeps): Operation[] {
  const me = ({ userId }: { readonly userId: string }) => ({ userId })
  return implement('wallet', allTables.wallet, allSchemas.wallet, {
    get: (_request, { actor }) => walletOf(deps, actor.tenant.id, me(actor)),
    listTransactions: ({ query }, { actor }) => historyOf(deps, actor.tenant.id, me(actor), query),
    getTransaction: ({ params }, { actor }) => receiptOf(deps, actor.tenant.id, me(actor), params.transactionId),
    listHolds: ({ query }, { actor }) => holdsOf(deps, actor.tenant.id, me(actor), query),
  })
}

function walletsOfUsers(deps: WalletDeps): Operation[] {
  const moving = { ...deps, postMove: createGroupPosting(deps.db) }
  const owner = ({ userId: hostUserId }: { readonly userId: string }) => ({ hostUserId })
  return implement('wallets', allTables.wallets, allSchemas.wallets, {
    get: ({ params }, { actor }) => walletOf(deps, actor.tenant.id, owner(params)),
    listTransactions: ({ params, query }, { actor }) => historyOf(deps, actor.tenant.id, owner(params), query),
    listWalletTransactions: ({ params, query }, { actor }) => historyOf(deps, actor.tenant.id, owner(params), query),
    getTransaction: ({ params }, { actor }) => receiptOf(deps, actor.tenant.id, owner(params), params.transactionId),
    listHolds: ({ params, query }, { actor }) => holdsOf(deps, actor.tenant.id, owner(params), query),
    credit: ({ params, body }, context) =>
      moveByKey(moving, context, {
        ...body,
        type: 'credit',
        hostUserId: params.userId,
        expiresAt: expiryOf(body, deps.clock.now()),
      }),
    creditMany: ({ body }, context) => creditMany(deps, context, body),
    debit: ({ params, body }, context) =>
      moveByKey(moving, context, { ...body, type: 'debit', hostUserId: params.userId, bucket: body.bucket ?? null }),
  })
}

function books(deps: WalletDeps): Operation[] {
  const { db, cursors } = deps
  return implement('ledger', allTables.ledger, allSchemas.ledger, {
    listAccounts: (_request, { actor }) => db.transact(actor.tenant.id, (tx) => readTotals(tx, actor.tenant.id)),
    listTransactions: ({ query }, { actor }) =>
      db.transact(actor.tenant.id, (tx) =>
        pageOf(
          cursors,
          { tenantId: actor.tenant.id, route: 'ledger.listTransactions', filter: '' },
          query,
          (page) => readBooks(tx, actor.tenant.id, page, deps.clock.now()),
          (row) => ({ ...row, entries: [...row.entries], createdAt: row.createdAt.toISOString() }),
        ),
      ),
    reverse: ({ params, body }, context) => reverseByServer(deps, context, { ...params, ...body }),
  })
}

import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf, type Cursors } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'
import { implement, type Operation } from '../../http/implement.ts'
import { readBooks, readTotals } from './books-store.ts'
import { createGroupPosting } from './group-posting.ts'
import { moveByKey, type MoveDeps, type Moved } from './move-by-key.ts'
import { presentTransaction, presentWallet } from './present-wallet.ts'
import { reverseByServer } from './reverse-by-server.ts'
import { readHistory, readWallet, type WalletOwner } from './wallet-store.ts'

export interface WalletDeps extends Omit<MoveDeps, 'postMove'> {
  readonly db: Db
  readonly cursors: Cursors
}

interface PageQuery {
  readonly limit: number
  readonly cursor?: string | undefined
}

const shownWithWallet = 20

/** Wallets as their users see them, wallets as the app's server sees and fills them, and the app's books. */
export function walletOperations(deps: WalletDeps): Operation[] {
  return [...ownWallet(deps), ...walletsOfUsers(deps), ...books(deps)]
}

function ownWallet(deps: WalletDeps): Operation[] {
  return implement('wallet', allTables.wallet, allSchemas.wallet, {
    get: (_request, { actor }) => walletOf(deps, actor.tenant.id, { userId: actor.userId }),
    listTransactions: ({ query }, { actor }) =>
      historyOf(deps, actor.tenant.id, 'wallet.listTransactions', { userId: actor.userId }, query),
  })
}

function walletsOfUsers(deps: WalletDeps): Operation[] {
  const moving = { ...deps, postMove: createGroupPosting<Moved>(deps.db) }
  return implement('wallets', allTables.wallets, allSchemas.wallets, {
    get: ({ params }, { actor }) => walletOf(deps, actor.tenant.id, { hostUserId: params.userId }),
    listTransactions: ({ params, query }, { actor }) =>
      historyOf(deps, actor.tenant.id, 'wallets.listTransactions', { hostUserId: params.userId }, query),
    credit: ({ params, body }, context) => moveByKey(moving, context, { ...body, type: 'credit', hostUserId: params.userId }),
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
          (page) => readBooks(tx, actor.tenant.id, page),
          (row) => ({ ...row, entries: [...row.entries], createdAt: row.createdAt.toISOString() }),
        ),
      ),
    reverse: ({ params, body }, context) => reverseByServer(deps, context, { ...params, ...body }),
  })
}

const walletOf = ({ db }: WalletDeps, tenantId: TenantId, owner: WalletOwner) =>
  db.transact(tenantId, async (tx) => {
    const row = (await readWallet(tx, tenantId, owner)) ?? fail('not_found')
    return presentWallet(row, await readHistory(tx, tenantId, row.userId, { limit: shownWithWallet, before: undefined }))
  })

const historyOf = ({ db, cursors }: WalletDeps, tenantId: TenantId, route: string, owner: WalletOwner, query: PageQuery) =>
  db.transact(tenantId, async (tx) => {
    const { userId } = (await readWallet(tx, tenantId, owner)) ?? fail('not_found')
    const scope = { tenantId, route, filter: userId }
    return pageOf(cursors, scope, query, (page) => readHistory(tx, tenantId, userId, page), presentTransaction)
  })

import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import type { Clock } from '../../base/clock.ts'
import { pageOf, type Cursors } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import { readExpiring, readGranted, readUsed } from './granted-store.ts'
import { readHistory, readTransaction, type HistoryFilter } from './history-store.ts'
import { readHolds } from './holds-store.ts'
import type { Bucket } from './ledger-entry.ts'
import { presentHold, presentReceipt, presentTransaction, presentWallet } from './present-wallet.ts'
import { readLinks } from './receipt-store.ts'
import { readWallet, type WalletOwner, type WalletRow } from './wallet-store.ts'

/** What a user, and the app's server for any user, reads of a wallet. Nothing here is written. */

export interface ReadDeps {
  readonly clock: Clock
  readonly db: Db
  readonly cursors: Cursors
}

type Answers = (typeof allSchemas)['wallet']
type Wallet = AnswerOf<Answers['get']>
type History = AnswerOf<Answers['listTransactions']>
type Receipt = AnswerOf<Answers['getTransaction']>
type Holds = AnswerOf<Answers['listHolds']>

export interface PageQuery {
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface HistoryQuery extends PageQuery {
  readonly type?: string | undefined
  readonly bucket?: Bucket | undefined
  readonly direction?: 'in' | 'out' | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const shownWithWallet = 20

const ofOwner = <Answer>(
  { db }: ReadDeps,
  tenantId: TenantId,
  owner: WalletOwner,
  read: (tx: Tx, wallet: WalletRow) => Promise<Answer>,
): Promise<Answer> => db.transact(tenantId, async (tx) => read(tx, (await readWallet(tx, tenantId, owner)) ?? fail('not_found')))

export const walletOf = (deps: ReadDeps, tenantId: TenantId, owner: WalletOwner): Promise<Wallet> =>
  ofOwner(deps, tenantId, owner, async (tx, wallet) => {
    const now = deps.clock.now()
    const { rows } = await readHistory(tx, tenantId, wallet.userId, { limit: shownWithWallet, before: undefined, now })
    return presentWallet(wallet, await readExpiring(tx, tenantId, wallet.userId, now), rows)
  })

const timeOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

/** A cursor belongs to its owner's history and to the very filter that it was made for. */
export function historyOf(deps: ReadDeps, tenantId: TenantId, owner: WalletOwner, query: HistoryQuery): Promise<History> {
  const { limit, cursor, type, bucket, direction, from, to } = query
  const types = type === undefined ? undefined : [...new Set(type.split(','))].sort()
  const filter: HistoryFilter = { types, bucket, direction, from: timeOf(from), to: timeOf(to) }
  return ofOwner(deps, tenantId, owner, async (tx, { userId }) => {
    const asked = JSON.stringify([userId, types, bucket, direction, filter.from, filter.to])
    const scope = { tenantId, route: 'wallet.listTransactions', filter: asked }
    const { rows, next } = await readHistory(
      tx,
      tenantId,
      userId,
      { limit, before: deps.cursors.read(scope, cursor), now: deps.clock.now() },
      filter,
    )
    return { data: rows.map(presentTransaction), nextCursor: next === undefined ? null : deps.cursors.make(scope, next) }
  })
}

/** A transaction that did nothing to this user does not exist for them. */
export const receiptOf = (deps: ReadDeps, tenantId: TenantId, owner: WalletOwner, transactionId: string): Promise<Receipt> =>
  ofOwner(deps, tenantId, owner, async (tx, { userId }) => {
    const row = (await readTransaction(tx, tenantId, userId, transactionId)) ?? fail('not_found')
    const links = await readLinks(tx, tenantId, userId, transactionId)
    const granted = await readGranted(tx, tenantId, userId, transactionId, deps.clock.now())
    return presentReceipt(row, links, granted, await readUsed(tx, tenantId, userId, transactionId))
  })

export const holdsOf = (deps: ReadDeps, tenantId: TenantId, owner: WalletOwner, query: PageQuery): Promise<Holds> =>
  ofOwner(deps, tenantId, owner, (tx, { userId }) =>
    pageOf(
      deps.cursors,
      { tenantId, route: 'wallet.listHolds', filter: userId },
      query,
      (page) => readHolds(tx, tenantId, userId, page),
      presentHold,
    ),
  )

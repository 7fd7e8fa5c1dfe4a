import { createHash, randomUUID } from 'node:crypto'
import { newId } from '../../base/ids.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'
import { noon, type Books } from './books.fixture.ts'
import { createGroupPosting, type GroupLimits } from './group-posting.ts'
import type { OneMove } from './moves-store.ts'

export type Wish = Partial<Pick<OneMove, 'bucket' | 'reason' | 'expiresAt'>> &
  Pick<OneMove, 'type' | 'hostUserId' | 'coins'> & { readonly key?: string; readonly at?: TenantId; readonly now?: Date }

/** A poster whose statements are counted. What is asked of it in one turn of the event loop makes one group. */
export function createPoster(books: Books, limits?: GroupLimits) {
  const statements: string[] = []
  const db: Db = {
    ...books.db,
    statement(text, values) {
      statements.push(/wallet_move\w*/.exec(text)?.[0] ?? text)
      return books.db.statement(text, values)
    },
  }
  const post = createGroupPosting(db, limits)
  const move = ({ key = randomUUID(), at = books.tenant, now = noon, ...wish }: Wish) => {
    const fingerprint = createHash('sha256').update(JSON.stringify(wish)).digest()
    const once = { caller: 'key_one', key, fingerprint, since: new Date(now.getTime() - 86_400_000) }
    return post(at, once, { bucket: null, reason: 'test', ...wish, id: newId('txn', now), by: { by: 'key_one' }, now })
  }
  return { move, together: (wishes: readonly Wish[]) => Promise.all(wishes.map((wish) => move(wish))), statements }
}

export const credit = (hostUserId: string, coins: number, more: Partial<Wish> = {}): Wish => ({
  type: 'credit',
  hostUserId,
  coins,
  bucket: 'purchased',
  ...more,
})
export const debit = (hostUserId: string, coins: number, more: Partial<Wish> = {}): Wish => ({ type: 'debit', hostUserId, coins, ...more })

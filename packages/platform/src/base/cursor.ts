import { createHmac, timingSafeEqual } from 'node:crypto'
import { fail } from './problem.ts'

/**
 * A cursor is the last id of a page with a keyed hash over everything that it belongs to: one that was made for another app, route or
 * filter, or by hand, is refused.
 */
export interface CursorScope {
  readonly tenantId: number
  readonly route: string
  /** Owner and filters of the list, in a fixed order. */
  readonly filter: string
}

export interface Cursors {
  make(scope: CursorScope, lastId: string): string
  /** undefined when none was given. Fails with `invalid_request`. */
  read(scope: CursorScope, cursor: string | undefined): string | undefined
}

export function createCursors(masterKey: Buffer): Cursors {
  const secret = createHmac('sha256', masterKey).update('cursors').digest()
  const mac = (scope: CursorScope, lastId: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([scope.tenantId, scope.route, scope.filter, lastId]))
      .digest()
      .subarray(0, 16)
  return {
    make: (scope, lastId) => Buffer.concat([mac(scope, lastId), Buffer.from(lastId)]).toString('base64url'),
    read(scope, cursor) {
      if (cursor === undefined) return undefined
      const bytes = Buffer.from(cursor, 'base64url')
      const lastId = bytes.subarray(16).toString('utf8')
      if (bytes.length < 17 || !timingSafeEqual(bytes.subarray(0, 16), mac(scope, lastId)))
        fail('invalid_request', { errors: [{ pointer: '/query/cursor', detail: 'is not a cursor of this list' }] })
      return lastId
    },
  }
}

/** Reads one row more than asked, to know whether there is a next page. */
export async function pageOf<Row extends { readonly id: string }, Item>(
  cursors: Cursors,
  scope: CursorScope,
  query: { readonly limit: number; readonly cursor?: string | undefined },
  read: (page: { limit: number; before: string | undefined }) => Promise<readonly Row[]>,
  present: (row: Row) => Item,
): Promise<{ data: Item[]; nextCursor: string | null }> {
  const rows = await read({ limit: query.limit + 1, before: cursors.read(scope, query.cursor) })
  const shown = rows.slice(0, query.limit)
  const last = shown.at(-1)
  return { data: shown.map(present), nextCursor: rows.length > query.limit && last !== undefined ? cursors.make(scope, last.id) : null }
}

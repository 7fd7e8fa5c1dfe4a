import { randomUUID } from 'node:crypto'
import type { LogFields } from '../../src/base/logger.ts'
import { after } from '../../src/base/clock.ts'
import { newId } from '../../src/base/ids.ts'
import { findBooks, sealLedgers, verifyBooks } from '../../src/features/ledger-proof/index.ts'
import { listOpenLedgers } from '../../src/features/ledger-proof/seal-store.ts'
import { app, bucket, entry, move, post } from '../../src/features/wallet/index.ts'
import { noon, openBooks, type Person } from '../../src/features/wallet/books.fixture.ts'

export interface Alarm {
  readonly level: 'warn' | 'error'
  readonly message: string
  readonly app: string | undefined
  readonly code: string | undefined
}

/** The wallet tests' books with a sealer, a clock in the test's hand, and the means of somebody who owns the database server. */
export async function openSealedBooks() {
  const books = await openBooks({ poolSize: 6 })
  let now = noon
  const alarms: Alarm[] = []
  const hear =
    (level: Alarm['level']) =>
    (message: string, fields?: LogFields): void =>
      void alarms.push({ level, message, app: fields?.app, code: fields?.code })
  const deps = { db: books.db, clock: { now: () => now }, logger: { warn: hear('warn'), error: hear('error') } }
  const tenant = async (appId = 'app_one') => {
    const found = await findBooks(books.db, appId, 'test')
    if (found === undefined) throw new Error('no such app')
    return found
  }
  return {
    ...books,
    deps,
    alarms,
    tenantBooks: tenant,
    now: () => now,
    pass: (minutes: number) => {
      now = after(now, minutes * 60_000)
    },
    /** As the door does it, at the time of the clock. */
    async give(person: Person, coins: number, words: { readonly description?: string; readonly key?: string } = {}): Promise<string> {
      const head = { key: words.key ?? randomUUID(), type: 'test', description: words.description ?? 'Gift', metadata: { why: 'test' } }
      const { transactionId } = await books.in((tx) =>
        post(tx, books.tenant, entry(head, [move(app('issuance'), bucket(person.id, 'purchased'), coins)]), now),
      )
      return transactionId
    },
    seal: () => sealLedgers(deps),
    /** Lets all that has happened become old enough, and seals it. Tests of other files are busy on the same server: a round may have to wait. */
    async sealAll(): Promise<void> {
      while ((await listOpenLedgers(books.db)).length > 0) {
        await sealLedgers(deps)
        now = after(now, 6 * 60_000)
      }
    },
    verify: async (appId?: string, ...wanted: string[]) => verifyBooks(books.db, await tenant(appId), { wanted: new Set(wanted) }),
    /** What is wrong. Which seal has a row hangs on what else the server did meanwhile: it is not told. */
    async faults(appId?: string): Promise<string[]> {
      const { faults } = await verifyBooks(books.db, await tenant(appId))
      return faults.map(({ subject, detail }) => `${subject}: ${detail.replace(/ seal \d+/, ' a seal')}`)
    },
    /** Alters rows as only the database's administrator can: without triggers and checks. */
    async tamper(...statements: readonly (readonly [sql: string, ...values: unknown[]])[]): Promise<void> {
      await books.admin.query("set session_replication_role = 'replica'")
      for (const [sql, ...values] of statements) await books.admin.query(sql, values)
      await books.admin.query("set session_replication_role = 'origin'")
    },
    /** The door as another process calls it, with an id of its own making; for an open transaction of that process. */
    door: (id: string, person: Person): { readonly text: string; readonly values: unknown[] } => ({
      text: `select outcome from ledger_post($1, $2, $2, '\\x00', 'test', null, null, 'Another process', null, $3, array[$4, null],
        array['bonus', 'promotions'], array[2, 0, 0], array[1], array[5::bigint], null)`,
      values: [books.tenant, id, now, person.id],
    }),
    newTransactionId: () => newId('txn', now),
  }
}

export type SealedBooks = Awaited<ReturnType<typeof openSealedBooks>>

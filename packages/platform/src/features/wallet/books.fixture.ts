import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect } from 'vitest'
import { freshDatabase } from '../../../test/server/fresh-database.ts'
import { newId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { everyTenant, tenantId, type TenantId } from '../../base/tenant.ts'
import { connect, type Tx } from '../../db/connect.ts'
import { migrate } from '../../db/migrate.ts'
import type { Spendable } from './ledger-entry.ts'
import { createGroupPosting } from './group-posting.ts'
import { verifyLedger } from './index.ts'
import type { OneMove } from './moves-store.ts'
import { openWallet, readWallet, type Buckets } from './wallet-store.ts'

export const noon = new Date('2026-03-01T12:00:00.000Z')

export interface Person {
  readonly id: string
  readonly hostId: string
}

/** A fresh database with two apps, and what the wallet's tests do with it. */
export async function openBooks({ poolSize = 16 } = {}) {
  const { connection, drop } = await freshDatabase({ migrate })
  const db = connect(connection, { poolSize })
  const admin = new pg.Client(connection)
  await admin.connect()

  const makeTenant = async (appId: string): Promise<TenantId> => {
    const [row] = await db.transact(everyTenant, (tx) =>
      tx.query<{ id: number }>('insert into tenants (app_id, mode, name, created_at) values ($1, $2, $1, $3) returning id', [
        appId,
        'test',
        noon,
      ]),
    )
    return tenantId(row?.id ?? 0)
  }
  const tenant = await makeTenant('app_one')
  const otherTenant = await makeTenant('app_two')

  async function makeUser(hostId: string, at: TenantId = tenant): Promise<Person> {
    const id = newId('usr', noon)
    await db.transact(at, async (tx) => {
      await tx.query(
        'insert into users (id, tenant_id, host_id, display_name, referral_code, created_at) values ($1, $2, $3, $4, $1, $5)',
        [id, at, hostId, hostId.toUpperCase(), noon],
      )
      await openWallet(tx, at, id)
    })
    return { id, hostId }
  }

  const postMove = createGroupPosting(db)
  type Wish = Pick<OneMove, 'type' | 'hostUserId' | 'bucket' | 'coins'> & { readonly key?: string; readonly at?: TenantId }
  /** A credit or debit as the HTTP handler does it. */
  function move({ key = randomUUID(), at = tenant, ...wish }: Wish) {
    const fingerprint = createHash('sha256').update(JSON.stringify(wish)).digest()
    const once = { caller: 'key_one', key, fingerprint, since: new Date(noon.getTime() - 86_400_000) }
    return postMove(at, once, {
      ...wish,
      id: newId('txn', noon),
      reason: 'test',
      by: {},
      now: noon,
    })
  }

  const sum = async (): Promise<number> => {
    const { rows } = await admin.query<{ sum: string | null }>('select sum(balance) from ledger_accounts')
    return Number(rows[0]?.sum ?? 0)
  }
  async function close() {
    await db.close()
    await admin.end()
    await drop()
  }

  return {
    connection,
    db,
    admin,
    tenant,
    otherTenant,
    makeUser,
    move,
    in: <T>(work: (tx: Tx) => Promise<T>, at: TenantId = tenant) => db.transact(at, work),
    async credit(person: Person, bucket: Spendable, coins: number, at: TenantId = tenant) {
      const { body } = await move({ type: 'credit', hostUserId: person.hostId, bucket, coins, at })
      if (body === null || 'problem' in body) throw new Error('the credit was refused')
    },
    async buckets(person: Person, at: TenantId = tenant): Promise<Buckets> {
      const row = await db.transact(at, (tx) => readWallet(tx, at, { userId: person.id }))
      if (row === undefined) throw new Error('no such user')
      return row.buckets
    },
    async appBalance(name: string): Promise<number> {
      const { rows } = await admin.query<{ sum: string | null }>(
        'select sum(balance) from ledger_accounts where tenant_id = $1 and user_id is null and name = $2',
        [tenant, name],
      )
      return Number(rows[0]?.sum ?? 0)
    },
    sum,
    close,
    /** Closes them, and fails where they are wrong after all that was done. */
    async closeRight() {
      try {
        expect((await verifyLedger(db)).faults).toEqual([])
        expect(await sum()).toBe(0)
      } finally {
        await close()
      }
    },
  }
}

export type Books = Awaited<ReturnType<typeof openBooks>>

/** The code of a refusal, or what was answered. */
export async function codeOf<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

/** Does what a client does that was told to come back: the same request again. */
export async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'unavailable') throw error
    }
  }
}

import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Sequelize, type Options, type Transaction } from 'sequelize'
import type { Client, QueryConfig } from 'pg'
import type { TenantId } from '../base/tenant.ts'
import { Problem, fail } from '../base/problem.ts'
import { backgroundGate, type Leave } from './background.ts'
import { isAftermath, isConnectionLost, isRetryable } from './sql-state.ts'

/** Where PostgreSQL is. A `host` that is a folder is a socket's. */
export type Connection =
  | { readonly url: string }
  | {
      readonly host: string
      readonly port?: number | undefined
      readonly user: string
      readonly database: string
      readonly password?: string | undefined
    }

export interface Sql {
  /** Runs one prepared statement; every value is bound. Rows come as pg gives them: bigint as text. */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

/** Called when the connection is given back, before the one who asked for the transaction goes on. */
export interface TxEnd {
  committed(): void
  /** Also where the answer to the commit was lost, and nobody knows. */
  undone(): void
}

/**
 * An open transaction. Row-level security shows it one tenant's rows only. Statements are sent as soon as they are asked for and run in that
 * order: those that do not wait for each other's answers share a round trip.
 */
export interface Tx extends Sql {
  /**
   * Sends a statement that is not waited for: it goes along with the next one, and its failure fails the transaction. `heard` is told its
   * rows before the transaction is over.
   */
  write<Row>(text: string, values: readonly unknown[], heard?: (rows: Row[]) => void): void
  /** For Sequelize's models: `{ transaction: tx.sequelize }`. */
  readonly sequelize: Transaction
  /** What is to happen once it is sure whether this, or the savepoint that it is asked for in, will stay: one of the two, once. */
  follow(end: TxEnd): void
  /** Lifts the limits of time for the rest of this transaction, and holds no place of the background's: for jobs that add up much, never for a request. */
  patiently(): Promise<void>
  /** Undoes what `work` did when it throws, and lets the transaction go on. What it sent by `write` must not fail: that fails the transaction. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
}

export interface Db {
  /**
   * Runs `work` in one transaction at READ COMMITTED, seeing `tenant` only. Deadlocks and serialization failures run it anew, up to 5 times:
   * `work` must not wait for a network or change anything outside the database.
   */
  transact<T>(tenant: TenantId, work: (tx: Tx) => Promise<T>): Promise<T>
  /** One statement that only reads, as a transaction that sees `tenant`. One round trip. */
  read<Row>(tenant: TenantId, text: string, values: readonly unknown[]): Promise<Row[]>
  /** The same for all statements that `work` sends before it first waits: they share the round trip. Later ones see no tenant. */
  readTogether<T>(tenant: TenantId, work: (sql: Sql) => Promise<T>): Promise<T>
  /** One statement that is its own transaction and names its tenant itself (a function that calls `connect_enter`). One round trip. */
  statement<Row>(text: string, values: readonly unknown[]): Promise<Row[]>
  readonly sequelize: Sequelize
  close(): Promise<void>
}

// A statement is parsed once a connection and known by the hash of its text.
const names = new Map<string, string>()
function nameOf(text: string): string {
  let name = names.get(text)
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 20)
    names.set(text, name)
  }
  return name
}

/** A server that hangs cannot keep its own limits: so long we wait for its answer, and then the caller is told to come back. */
const answerMs = 4_500

/** What is sent in one turn of the event loop goes out in one piece: the server, too, is woken once. */
function inOnePiece(client: Client): void {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Writable } }).connection
  if (stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}

const run = async <Row>(client: Client, text: string, values: readonly unknown[] = [], limitMs = answerMs): Promise<Row[]> => {
  inOnePiece(client)
  const query = { name: nameOf(text), text, values: [...values], ...(limitMs === Infinity ? {} : { query_timeout: limitMs }) }
  return (await client.query(query)).rows as Row[]
}

/** The same limit for what has no parameters. */
function command(client: Client, text: string) {
  inOnePiece(client)
  return client.query({ text, query_timeout: answerMs } as QueryConfig)
}

interface Pooled {
  getConnection(options: { type: 'write' }): Promise<Client>
  releaseConnection(client: Client): void | Promise<void>
  pool: { destroy(client: Client): Promise<void> }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function translate(error: unknown): never {
  if (error instanceof Problem || !isConnectionLost(error)) throw error
  return fail('unavailable', { retryAfterSeconds: 2 }, { cause: error })
}

export function connect(connection: Connection, options: { poolSize?: number } = {}): Db {
  const size = options.poolSize ?? 16
  const sequelize = openPool(connection, size)
  const pool = sequelize.connectionManager as unknown as Pooled
  const gate = backgroundGate(Math.max(3, Math.floor(size / 5)))
  return {
    sequelize,
    transact: (tenant, work) =>
      again(() => followed((ends) => gate((leave) => withClient(pool, (client) => inTransaction({ client, tenant, leave, ends }, work))))),
    read: <Row>(tenant: TenantId, text: string, values: readonly unknown[]) =>
      again(() => gate(() => withClient(pool, (client) => readOnly(client, tenant, (sql) => sql.query<Row>(text, values))))),
    readTogether: (tenant, work) => again(() => gate(() => withClient(pool, (client) => readOnly(client, tenant, work)))),
    statement: (text, values) => again(() => withClient(pool, (client) => run(client, text, values))),
    close: () => sequelize.close(),
  }
}

/** Sequelize over a connection, however that is told. */
export function openSequelize(connection: Connection, options: Options): Sequelize {
  if ('url' in connection) return new Sequelize(connection.url, options)
  const { host, port = 5432, user, database, password = '' } = connection
  return new Sequelize(database, user, password, { ...options, host, port })
}

function openPool(connection: Connection, size: number): Sequelize {
  const common = {
    dialect: 'postgres' as const,
    logging: false as const,
    pool: { max: size, min: 0, idle: 30_000, acquire: 4_000 },
    dialectOptions: { application_name: 'connect', connectionTimeoutMillis: 4_000, keepAlive: true },
    // A refused connection is tried again by the caller, who was told Retry-After.
    retry: { max: 1 },
  }
  const sequelize = openSequelize(connection, common)
  sequelize.addHook('afterConnect', async (connected: unknown) => {
    const client = connected as Client & { pipeline: boolean }
    // What is asked here is found by keys. A plan is kept for long, and must not follow from how little a table held when it was made;
    // nor is one made anew for each list of two names, which PostgreSQL thinks worth it.
    await client.query(
      `set role connect_app; set statement_timeout = '10s'; set lock_timeout = '4s'; set idle_in_transaction_session_timeout = '15s';
       set enable_seqscan = off; set plan_cache_mode = force_generic_plan; set jit = off`,
    )
    // Sequelize passes no such option on: set when the connection is idle, it holds from the next statement.
    client.pipeline = true
  })
  return sequelize
}

const tries = 5

/** Deadlocks and serialization failures are nobody's fault: the whole work is done anew. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isRetryable(error)) return translate(error)
      if (attempt === tries) return fail('unavailable', { retryAfterSeconds: 1 }, { cause: error })
      await sleep(Math.random() * 10 * 2 ** attempt)
    }
  }
}

/** Thrown by `inTransaction` around what happened, when even the rollback did not get through. */
class ClientBroken extends Error {}

/** A connection that is broken, or whose state is not known, does not go back to the others. */
async function withClient<T>(pool: Pooled, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.getConnection({ type: 'write' })
  let broken = false
  try {
    return await use(client)
  } catch (error) {
    broken = error instanceof ClientBroken || isConnectionLost(error)
    throw error instanceof ClientBroken ? error.cause : error
  } finally {
    if (broken) await pool.pool.destroy(client).catch(() => undefined)
    else await pool.releaseConnection(client)
  }
}

/** The statements of a transaction that are on their way. */
class Sent {
  #unawaited: Promise<unknown>[] = []
  /** What the first statement failed with; all after it failed for that. */
  #first: { readonly cause: unknown; readonly isAwaited: boolean } | undefined

  /** One whose answer is waited for. */
  awaited<T>(statement: Promise<T>): Promise<T> {
    return statement.catch((cause: unknown) => {
      this.#note(cause, true)
      throw cause
    })
  }

  /** One that nobody waits for yet. */
  add(statement: Promise<unknown>): void {
    this.#unawaited.push(statement.catch((cause: unknown) => this.#note(cause, false)))
  }

  // Told in any order, an aftermath is no reason.
  #note(cause: unknown, isAwaited: boolean): void {
    if (!isAftermath(cause)) this.#first ??= { cause, isAwaited }
  }

  /** Waits for them. Throws what failed, also where whoever waited for it went on: nothing of the transaction stays. */
  async settle(): Promise<void> {
    await Promise.all(this.#unawaited.splice(0))
    if (this.#first !== undefined) throw this.#first.cause
  }

  /** The reason behind a failure: a statement after a failed one only tells that the transaction is aborted, and may be heard first. */
  async reasonOf(cause: unknown): Promise<unknown> {
    await Promise.all(this.#unawaited.splice(0))
    const first = this.#first
    return first !== undefined && (isAftermath(cause) || !first.isAwaited) ? first.cause : cause
  }

  /** What failed has been undone. */
  forgive(): void {
    this.#first = undefined
  }
}

/** Tells those who follow how it ended. */
async function followed<T>(attempt: (ends: TxEnd[]) => Promise<T>): Promise<T> {
  const ends: TxEnd[] = []
  let result: T
  try {
    result = await attempt(ends)
  } catch (error) {
    for (const end of ends) end.undone()
    throw error
  }
  for (const end of ends) end.committed()
  return result
}

interface Setting {
  readonly client: Client
  readonly tenant: TenantId
  readonly leave: Leave
  readonly ends: TxEnd[]
}

async function inTransaction<T>({ client, tenant, leave, ends }: Setting, work: (tx: Tx) => Promise<T>): Promise<T> {
  const sent = new Sent()
  try {
    // `tenant` is an integer of ours (checked by its constructor), so it may stand in the text. Should even this fail, the statements that
    // follow see no tenant, and no rows.
    sent.add(command(client, `begin; set local connect.tenant = '${Number(tenant)}'`))
    const result = await work(openTx(client, sent, leave, ends))
    // After a failed statement this is a rollback, and what failed is thrown.
    sent.add(command(client, 'commit'))
    await sent.settle()
    return result
  } catch (error) {
    const cause = await sent.reasonOf(error)
    await command(client, 'rollback').catch(() => {
      throw new ClientBroken('the rollback failed', { cause })
    })
    throw cause
  }
}

/** All go out together; when a statement fails, the commit ends the transaction as a rollback would. */
async function readOnly<T>(client: Client, tenant: TenantId, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sent = new Sent()
  const begun = command(client, `begin read only; set local connect.tenant = '${Number(tenant)}'`)
  const found = work({ query: <Row>(text: string, values?: readonly unknown[]) => sent.awaited(run<Row>(client, text, values)) })
  const all = await Promise.allSettled([begun, found, command(client, 'commit')])
  for (const one of all) if (one.status === 'rejected') throw await sent.reasonOf(one.reason)
  return found
}

let savepoints = 0

function openTx(client: Client, sent: Sent, leave: Leave, ends: TxEnd[]): Tx {
  // Models need a Transaction: all that Sequelize reads of it is the connection and an id.
  const sequelize = { connection: client, id: 'connect', options: {}, finished: undefined } as unknown as Transaction
  let limitMs = answerMs
  return {
    sequelize,
    query: <Row>(text: string, values?: readonly unknown[]) => sent.awaited(run<Row>(client, text, values, limitMs)),
    write: (text, values, heard) => sent.add(run<never>(client, text, values, limitMs).then(heard)),
    follow: (end) => void ends.push(end),
    async patiently() {
      leave()
      limitMs = Infinity
      sent.add(client.query('set local statement_timeout = 0; set local enable_seqscan = on; set local plan_cache_mode = auto'))
    },
    async savepoint(work) {
      const name = `s${++savepoints}`
      const before = ends.length
      sent.add(command(client, `savepoint ${name}`))
      try {
        return await work()
      } catch (error) {
        const cause = await sent.reasonOf(error)
        // It fails when what was sent before the savepoint has failed: then nothing of this transaction can go on.
        await command(client, `rollback to savepoint ${name}`).catch(() => {
          throw cause
        })
        // What failed on the way has been told by then.
        await nextTurn()
        sent.forgive()
        for (const end of ends.splice(before)) end.undone()
        throw cause
      }
    },
  }
}

import { Problem } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'
import { sqlState } from '../../db/sql-state.ts'
import type { OnceKey } from '../../http/implement.ts'
import { moveManyInOneStatement, type KeyedMove, type OneMove, type OneMoveAnswer } from './moves-store.ts'

/** Moves coins for one request; with others' moves in one statement when there are others. */
export type PostMove = (tenantId: TenantId, key: OnceKey, wish: OneMove) => Promise<OneMoveAnswer>

export interface GroupLimits {
  /** Moves in one statement. */
  readonly size: number
  /** Statements under way for one tenant. */
  readonly perTenant: number
  /**
   * Beside a statement that is under way another one begins when so many moves wait: a group's own price is that of eight moves, and while the
   * first waits for its commit, PostgreSQL has time for the second. Fewer gather for the next group. And of many that come at once no group takes
   * more than half, if that is twice as many: else all would wait together for what comes after, with nobody at work meanwhile.
   */
  readonly worthwhile: number
  /** Or when the one under way has taken so long: it may be held up by a lock. */
  readonly patienceMs: number
  /** Statements under way for all tenants: fewer than the pool has connections, which others need too. */
  readonly inAll: number
  /** A move that has waited longer is refused: its client may come back, and the queue stays short. */
  readonly longestWaitMs: number
}

const usual: GroupLimits = { size: 128, perTenant: 2, worthwhile: 16, patienceMs: 15, inAll: 8, longestWaitMs: 4_000 }

interface Waiting extends KeyedMove {
  readonly since: number
  readonly resolve: (answer: OneMoveAnswer) => void
  readonly reject: (error: unknown) => void
}

interface Queue {
  readonly waiting: Waiting[]
  underWay: number
  /** When the latest statement began. */
  begun: number
  alarm: NodeJS.Timeout | undefined
}

/**
 * Lets concurrent requests of a tenant share a statement and its commit. A lone request waits for nobody: what has come in when the event
 * loop turns goes out at once while there is a free place; only behind a statement that is under way do moves gather. Nothing here is remembered: a process
 * that dies with moves in the queue has done nothing for them, and their clients' repetitions find their keys new.
 */
export function createGroupPosting(db: Db, limits: GroupLimits = usual): PostMove {
  const queues = new Map<TenantId, Queue>()
  let underWay = 0
  let due = false

  /** One group of each tenant in turn, as long as there are places. A tenant that was served goes to the end of the line. */
  function start(): void {
    due = false
    for (const [tenantId, queue] of [...queues]) {
      if (underWay >= limits.inAll) return
      if (queue.underWay >= limits.perTenant || gathers(queue)) continue
      const group = takeFresh(queue.waiting, limits)
      if (group.length > 0) void run(tenantId, queue, group)
      queues.delete(tenantId)
      if (queue.waiting.length > 0 || queue.underWay > 0) queues.set(tenantId, queue)
      if (queue.waiting.length > 0) soon()
    }
  }

  /** Whether the waiting had better wait for those that are under way. */
  function gathers(queue: Queue): boolean {
    if (queue.underWay === 0 || queue.waiting.length === 0 || queue.waiting.length >= limits.worthwhile) return false
    const restMs = queue.begun + limits.patienceMs - performance.now()
    if (restMs <= 0) return false
    queue.alarm ??= setTimeout(() => {
      queue.alarm = undefined
      soon()
    }, restMs)
    return true
  }

  function soon(): void {
    if (due) return
    due = true
    setImmediate(start)
  }

  async function run(tenantId: TenantId, queue: Queue, group: readonly Waiting[]): Promise<void> {
    underWay++
    queue.underWay++
    queue.begun = performance.now()
    await settle(db, tenantId, group)
    underWay--
    queue.underWay--
    soon()
  }

  return (tenantId, key, wish) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(tenantId) ?? { waiting: [], underWay: 0, begun: 0, alarm: undefined }
      queues.set(tenantId, queue)
      queue.waiting.push({ key, wish, since: performance.now(), resolve, reject })
      soon()
    })
}

/** The next moves in the order in which they came; those that have waited too long are refused on the way. */
function takeFresh(waiting: Waiting[], { size, worthwhile, longestWaitMs }: GroupLimits): Waiting[] {
  const oldest = performance.now() - longestWaitMs
  const stale = waiting.findIndex(({ since }) => since >= oldest)
  for (const { reject } of waiting.splice(0, stale === -1 ? waiting.length : stale))
    reject(new Problem('unavailable', { retryAfterSeconds: 1 }))
  return waiting.splice(0, Math.min(size, Math.max(2 * worthwhile, Math.ceil(waiting.length / 2))))
}

/** Answers every move of the group, and never throws. */
async function settle(db: Db, tenantId: TenantId, group: readonly Waiting[]): Promise<void> {
  if (group.length === 0) return
  try {
    const answers = await moveManyInOneStatement(db, tenantId, group)
    for (const [n, answer] of answers.entries()) group[n]?.resolve(answer)
  } catch (error) {
    // Nothing of the group has happened, unless the connection was lost at its commit: then each client's repetition tells.
    if (group.length > 1 && mayBeOneMovesFault(error)) await Promise.all(group.map((one) => settle(db, tenantId, [one])))
    else for (const { reject } of group) reject(error)
  }
}

const circular = ['40001', '40P01']
const lockNotAvailable = '55P03'

/** A deadlock, a lock that stayed taken or a value that PostgreSQL refuses need not be everybody's: one by one the others get through. */
function mayBeOneMovesFault(error: unknown): boolean {
  if (!(error instanceof Problem)) return true
  return [...circular, lockNotAvailable].includes(sqlState(error.cause) ?? '')
}

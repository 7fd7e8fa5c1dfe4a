import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/server/fresh-database.ts'
import { after, type Clock } from '../base/clock.ts'
import { createLogger } from '../base/logger.ts'
import { everyTenant } from '../base/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { migrate } from '../db/migrate.ts'
import { hostedBy } from '../db/task-host.ts'
import { taskQueue, taskStore, type Look } from '../db/tasks-store.ts'
import type { NewTask } from '../db/tasks.ts'
import { periodicHandlers, schedulePeriodic } from './periodic.ts'
import { createRunner, type Runner, type TaskHandler } from './runner.ts'

let database: FreshDatabase
let db: Db
const runners: Runner[] = []

beforeAll(async () => {
  database = await freshDatabase({ migrate })
  db = connect(database.connection)
})
afterEach(() => Promise.all(runners.splice(0).map((runner) => runner.stop())))
afterAll(async () => {
  await db.close()
  await database.drop()
})

/** A clock that moves by hand only. */
function heldClock(start = new Date('2030-01-01T00:00:00Z')) {
  let now = start
  let sleepers: { at: number; wake: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        sleepers.push({ at: now.getTime() + ms, wake: resolve })
        signal?.addEventListener('abort', () => resolve(), { once: true })
      }),
  }
  const advance = (ms: number) => {
    now = after(now, ms)
    const due = sleepers.filter(({ at }) => at <= now.getTime())
    sleepers = sleepers.filter(({ at }) => at > now.getTime())
    for (const { wake } of due) wake()
  }
  return { clock, advance }
}

function setUp(handlers: Record<string, TaskHandler>, clock: Clock) {
  const runner = createRunner({ queue: taskQueue(db), clock, logger: createLogger('silent'), handlers })
  runners.push(runner)
  const waking = hostedBy(db, runner)
  const add = (...tasks: NewTask[]) => waking.transact(everyTenant, (tx) => taskStore.add(tx, everyTenant, tasks, clock.now()))
  runner.start()
  return { runner, add }
}

const waiting = async (kind: string) =>
  (await db.transact(everyTenant, (tx) => tx.query('select from tasks where kind = $1', [kind]))).length

it('runs what was committed at once and what lies ahead at its time', async () => {
  const { clock, advance } = heldClock()
  const done: string[] = []
  const { runner, add } = setUp({ note: async ({ subject }) => void done.push(subject) }, clock)
  await add({ kind: 'note', subject: 'now' }, { kind: 'note', subject: 'later', runAt: after(clock.now(), 5_000) })
  await runner.idle()
  expect(done).toEqual(['now'])
  advance(4_999)
  await runner.idle()
  expect(done).toEqual(['now'])
  advance(1)
  await runner.idle()
  expect(done).toEqual(['now', 'later'])
  expect(await waiting('note')).toBe(0)
})

it('does not run what was rolled back', async () => {
  const { clock } = heldClock()
  let runs = 0
  const { runner } = setUp({ undone: async () => void runs++ }, clock)
  const attempt = db.transact(everyTenant, async (tx) => {
    await taskStore.add(tx, everyTenant, [{ kind: 'undone', subject: 'x' }], clock.now())
    throw new Error('no')
  })
  await expect(attempt).rejects.toThrow('no')
  await runner.idle()
  expect(runs).toBe(0)
})

it('moves a waiting task to the earlier of two times and merges what is known of it', async () => {
  const { clock, advance } = heldClock()
  const seen: unknown[] = []
  const { runner, add } = setUp({ merge: async ({ payload }) => void seen.push(payload) }, clock)
  await add({ kind: 'merge', subject: 'x', payload: { a: 1 }, runAt: after(clock.now(), 10_000) })
  await add({ kind: 'merge', subject: 'x', payload: { b: 2 }, runAt: after(clock.now(), 60_000) })
  advance(10_000)
  await runner.idle()
  expect(seen).toEqual([{ a: 1, b: 2 }])
})

it('runs a task once more when it was added again while it ran', async () => {
  const { clock } = heldClock()
  let runs = 0
  const { runner, add } = setUp(
    {
      again: async () => {
        runs++
        if (runs === 1) await add({ kind: 'again', subject: 'x' })
      },
    },
    clock,
  )
  await add({ kind: 'again', subject: 'x' })
  await runner.idle()
  expect(runs).toBe(2)
  expect(await waiting('again')).toBe(0)
})

it('comes back when the handler asks for it, not before', async () => {
  const { clock, advance } = heldClock()
  const attempts: number[] = []
  const { runner, add } = setUp(
    {
      ask: async ({ attempt }) => {
        attempts.push(attempt)
        return attempt < 3 ? { again: after(clock.now(), 2_000) } : undefined
      },
    },
    clock,
  )
  await add({ kind: 'ask', subject: 'x' })
  await runner.idle()
  expect(attempts).toEqual([1])
  for (let round = 0; round < 3; round++) {
    advance(2_000)
    await runner.idle()
  }
  expect(attempts).toEqual([1, 2, 3])
})

it('tries a failed task again, with growing delays, until it succeeds', async () => {
  const { clock, advance } = heldClock()
  let tries = 0
  const { runner, add } = setUp(
    {
      fail: async () => {
        tries++
        if (tries < 4) throw new Error('not yet')
      },
    },
    clock,
  )
  await add({ kind: 'fail', subject: 'x' })
  await runner.idle()
  expect(tries).toBe(1)
  for (const ms of [1_000, 2_000, 4_000]) {
    advance(ms)
    await runner.idle()
  }
  expect(tries).toBe(4)
  expect(await waiting('fail')).toBe(0)
})

it('counts failures in a row, not runs: what has come back often is tried again soon', async () => {
  const { clock, advance } = heldClock()
  let runs = 0
  const { runner, add } = setUp(
    {
      watch: async () => {
        runs++
        if (runs === 11 || runs === 12) throw new Error('once in a while')
        return runs < 13 ? { again: after(clock.now(), 1_000) } : undefined
      },
    },
    clock,
  )
  await add({ kind: 'watch', subject: 'x' })
  await runner.idle()
  for (let n = 0; n < 10; n++) {
    advance(1_000)
    await runner.idle()
  }
  expect(runs).toBe(11)
  advance(1_000)
  await runner.idle()
  expect(runs).toBe(12)
  advance(2_000)
  await runner.idle()
  expect(runs).toBe(13)
  expect(await waiting('watch')).toBe(0)
})

it('gives the task of a worker that went silent to another, and the silent one cannot finish it', async () => {
  const { clock, advance } = heldClock()
  await db.transact(everyTenant, (tx) => taskStore.add(tx, everyTenant, [{ kind: 'lost', subject: 'x' }], clock.now()))
  const dead = taskQueue(db)
  const take = async (now: Date, until: Date) =>
    (await dead.take({ now, since: null, ahead: now, until, limit: 10, kinds: ['lost'] })).tasks
  const [task] = await take(clock.now(), after(clock.now(), 30_000))
  const done: number[] = []
  const { runner } = setUp({ lost: async ({ attempt }) => void done.push(attempt) }, clock)
  await runner.idle()
  expect(done).toEqual([])
  const silence = after(clock.now(), 30_000)
  if (task === undefined) throw new Error('nothing was taken')
  const [second] = await take(silence, silence)
  await dead.finish([task], clock.now(), clock.now())
  await dead.giveBack(task, after(clock.now(), 99_000))
  expect(await waiting('lost')).toBe(1)
  expect(second?.attempt).toBe(2)
  advance(30_000)
  await runner.idle()
  expect(done).toEqual([3])
})

it('leaves a task whose kind it does not know to a process that does', async () => {
  const { clock, advance } = heldClock()
  const done: string[] = []
  const { runner: older, add } = setUp({ old: async () => void done.push('old') }, clock)
  await add({ kind: 'old', subject: 'x' }, { kind: 'newer', subject: 'x' })
  await older.idle()
  advance(60_000)
  await older.idle()
  expect(await waiting('newer')).toBe(1)
  const { runner: newer } = setUp({ newer: async ({ attempt }) => void done.push(`newer ${attempt}`) }, clock)
  await newer.idle()
  expect(done).toEqual(['old', 'newer 1'])
})

it('gives each task to one of many workers', async () => {
  const { clock } = heldClock()
  const done: string[] = []
  const handlers = { share: async ({ subject }: { subject: string }) => void done.push(subject) }
  const workers = [1, 2, 3].map(() => setUp(handlers, clock))
  const subjects = Array.from({ length: 200 }, (_, i) => `s${i}`)
  await workers[0]?.add(...subjects.map((subject) => ({ kind: 'share', subject })))
  await Promise.all(workers.map(({ runner }) => runner.idle()))
  await workers[0]?.runner.idle()
  expect(done.toSorted()).toEqual(subjects.toSorted())
})

it('keeps places for other work while slow tasks hang', async () => {
  const { clock } = heldClock()
  const done: string[] = []
  let release: (() => void) | undefined
  const hanging = new Promise<void>((resolve) => (release = resolve))
  const handlers: Record<string, TaskHandler> = { slow: () => hanging, quick: async ({ subject }) => void done.push(subject) }
  const runner = createRunner({
    queue: taskQueue(db),
    clock,
    logger: createLogger('silent'),
    handlers,
    concurrency: 4,
    slowKinds: ['slow'],
  })
  runners.push(runner)
  const tasks = [1, 2, 3, 4, 5, 6].map((n) => ({ kind: 'slow', subject: `${n}` }))
  await db.transact(everyTenant, (tx) => taskStore.add(tx, everyTenant, tasks, clock.now()))
  await db.transact(everyTenant, (tx) => taskStore.add(tx, everyTenant, [{ kind: 'quick', subject: 'x' }], after(clock.now(), 0)))
  runner.start()
  await expect.poll(() => done).toEqual(['x'])
  expect(await waiting('slow')).toBe(6)
  release?.()
  await runner.idle()
  expect(await waiting('slow')).toBe(0)
})

it('goes on after PostgreSQL was away', async () => {
  const { clock, advance } = heldClock()
  const done: string[] = []
  let away = true
  const queue = taskQueue(db)
  const flaky = {
    ...queue,
    take: (look: Look) => (away ? Promise.reject(new Error('away')) : queue.take(look)),
  }
  const handlers: Record<string, TaskHandler> = { back: async ({ subject }) => void done.push(subject) }
  const runner = createRunner({ queue: flaky, clock, logger: createLogger('silent'), handlers })
  runners.push(runner)
  runner.start()
  await db.transact(everyTenant, (tx) => taskStore.add(tx, everyTenant, [{ kind: 'back', subject: 'x' }], clock.now()))
  await new Promise((resolve) => setImmediate(resolve))
  away = false
  advance(10_000)
  await runner.idle()
  expect(done).toEqual(['x'])
})

it('runs a periodic job at its interval, once however many processes schedule it', async () => {
  const { clock, advance } = heldClock()
  let runs = 0
  const jobs = [{ name: 'count', everyMs: 60_000, run: async () => void runs++ }]
  const { runner } = setUp(periodicHandlers(jobs, clock), clock)
  await schedulePeriodic(db, taskStore, jobs, clock)
  await schedulePeriodic(db, taskStore, jobs, clock)
  await runner.idle()
  expect(runs).toBe(0)
  for (const expected of [1, 2, 3]) {
    advance(60_000)
    await runner.idle()
    expect(runs).toBe(expected)
  }
})

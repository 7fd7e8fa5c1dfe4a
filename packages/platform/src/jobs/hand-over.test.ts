import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/server/fresh-database.ts'
import { after, type Clock } from '../base/clock.ts'
import { createLogger } from '../base/logger.ts'
import { everyTenant } from '../base/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { migrate } from '../db/migrate.ts'
import { hostedBy, type TaskHost } from '../db/task-host.ts'
import { taskQueue, taskStore, type Finished, type Look } from '../db/tasks-store.ts'
import type { NewTask, TakenTask } from '../db/tasks.ts'
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

let now = new Date('2030-01-01T00:00:00Z')
/** Stands still; whoever sleeps is only woken. */
const clock: Clock = {
  now: () => now,
  sleep: (_ms, signal) =>
    new Promise((resolve) => (signal?.aborted ? resolve() : signal?.addEventListener('abort', () => resolve(), { once: true }))),
}

/** A runner that has looked once, and counts its looks and what it writes down as finished from then on. */
async function ready(handlers: Record<string, TaskHandler>) {
  const counts = { looks: 0, finished: 0 }
  const queue = taskQueue(db)
  const counting = {
    ...queue,
    take: (look: Look) => {
      counts.looks++
      return queue.take(look)
    },
    finish: (tasks: readonly TakenTask[], ...times: [Date, Date]): Promise<Finished> => {
      counts.finished += tasks.length
      return queue.finish(tasks, ...times)
    },
  }
  const runner = createRunner({ queue: counting, clock, logger: createLogger('silent'), handlers, concurrency: 2 })
  runners.push(runner)
  runner.start()
  await runner.idle()
  counts.looks = 0
  return { runner, counts, hosted: hostedBy(db, runner) }
}

const add = (to: Db, ...tasks: NewTask[]) => to.transact(everyTenant, (tx) => taskStore.add(tx, everyTenant, tasks, now))
const rows = (kind: string) =>
  db.read<{ run_at: Date | number; taking: number }>(everyTenant, 'select run_at, taking from tasks where kind = $1', [kind])

it('begins what is due with the commit that left it: nobody looks for it', async () => {
  const done: unknown[] = []
  const { counts, hosted } = await ready({
    'over.at-once': async ({ subject, payload, attempt }) => void done.push([subject, payload, attempt]),
  })
  await add(
    hosted,
    { kind: 'over.at-once', subject: 'x', payload: { a: 1 } },
    { kind: 'over.at-once', subject: 'later', runAt: after(now, 99_000) },
  )
  await expect.poll(() => done).toEqual([['x', { a: 1 }, 1]])
  await expect.poll(() => rows('over.at-once')).toHaveLength(1)
  expect(counts.looks).toBe(0)
})

it('begins nothing of a savepoint that was undone, and uses its place for what comes next', async () => {
  const done: string[] = []
  const { hosted, runner } = await ready({ 'over.undone': async ({ subject }) => void done.push(subject) })
  for (let round = 0; round < 40; round++)
    await hosted.transact(everyTenant, async (tx) => {
      const undone = tx.savepoint(async () => {
        await taskStore.add(tx, everyTenant, [{ kind: 'over.undone', subject: 'never' }], now)
        throw new Error('no')
      })
      await expect(undone).rejects.toThrow('no')
    })
  await add(hosted, { kind: 'over.undone', subject: 'stays' })
  await runner.idle()
  expect(done).toEqual(['stays'])
})

it('leaves to the table what there is no room for, and does everything once', async () => {
  const done: string[] = []
  let open: (() => void) | undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  const { hosted, runner } = await ready({
    'over.many': async ({ subject }) => {
      await gate
      done.push(subject)
    },
  })
  const subjects = Array.from({ length: 60 }, (_, n) => `${n}`)
  for (const subject of subjects) await add(hosted, { kind: 'over.many', subject })
  expect((await rows('over.many')).filter(({ taking }) => taking === 0).length).toBeGreaterThan(0)
  open?.()
  await runner.idle()
  expect(done.toSorted()).toEqual(subjects.toSorted())
  expect(await rows('over.many')).toEqual([])
})

it('gives to another what a process was killed with, once its lease has run out', async () => {
  const killed: TaskHost = {
    wake: () => undefined,
    reserve: () => ({ until: after(now, 10_000), begin: () => undefined, free: () => undefined }),
  }
  await add(hostedBy(db, killed), { kind: 'over.lost', subject: 'x' })
  const attempts: number[] = []
  const { runner } = await ready({ 'over.lost': async ({ attempt }) => void attempts.push(attempt) })
  expect(attempts).toEqual([])
  now = after(now, 10_000)
  await runner.idle()
  expect(attempts).toEqual([2])
})

it('ends a task in the transaction of its work, and runs it again when it was added meanwhile', async () => {
  let runs = 0
  const { counts, hosted, runner } = await ready({
    'over.ending': async (_task, endIn) => {
      runs++
      if (runs === 1) await add(hosted, { kind: 'over.ending', subject: 'x' })
      await hosted.transact(everyTenant, async (tx) => endIn(tx))
    },
  })
  await add(hosted, { kind: 'over.ending', subject: 'x' })
  await runner.idle()
  expect(runs).toBe(2)
  expect(counts.finished).toBe(1)
  expect(await rows('over.ending')).toEqual([])
})

it('ends a task for good, also when it was added meanwhile', async () => {
  let runs = 0
  const { hosted, runner } = await ready({
    'over.settled': async (_task, endIn) => {
      runs++
      await add(hosted, { kind: 'over.settled', subject: 'x' })
      await hosted.transact(everyTenant, async (tx) => endIn(tx, true))
    },
  })
  await add(hosted, { kind: 'over.settled', subject: 'x' })
  await runner.idle()
  expect(runs).toBe(1)
  expect(await rows('over.settled')).toEqual([])
})

it('forgets what waits for a subject, not what runs', async () => {
  await add(db, { kind: 'over.waits', subject: 'x' }, { kind: 'over.runs', subject: 'x' }, { kind: 'over.waits', subject: 'other' })
  const [taken] = (await taskQueue(db).take({ now, since: null, ahead: now, until: after(now, 9_000), limit: 9, kinds: ['over.runs'] }))
    .tasks
  await db.transact(everyTenant, async (tx) => taskStore.forget(tx, everyTenant, ['over.waits', 'over.runs'], 'x'))
  expect(taken?.subject).toBe('x')
  expect(await rows('over.waits')).toHaveLength(1)
  expect(await rows('over.runs')).toHaveLength(1)
})

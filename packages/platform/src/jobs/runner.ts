import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { after, type Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { inBackground } from '../db/background.ts'
import type { Tx } from '../db/connect.ts'
import { lookEveryMs, type Place } from '../db/task-host.ts'
import type { TakenTask, Task } from '../db/tasks.ts'
import type { Finished, TaskQueue } from '../db/tasks-store.ts'
import { Places } from './places.ts'
import { retryDelayMs } from './retry-delay.ts'

/** Ends the task, or asks for the same task again at a time. */
export type TaskOutcome = { readonly again: Date } | undefined | void

/**
 * Ends the task in the last transaction of its work: both are there or neither is, and nothing more need be written. For good: also where it
 * was added again while it ran, since there is nothing left that it could do.
 */
export type EndIn = (tx: Tx, forGood?: boolean) => void

/**
 * Does the work of one kind of task. It may run more than once for a task (a crash in mid-work, a lease that ran out): what it does
 * must be the same when done twice. What it throws is logged, and the task is tried again with growing delays.
 */
export type TaskHandler = (task: Task, endIn: EndIn) => Promise<TaskOutcome>

export interface RunnerDeps {
  readonly queue: TaskQueue
  readonly clock: Clock
  readonly logger: Logger
  /** By kind. Tasks of other kinds are left to processes that know them: a newer release may run beside this one. */
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** Somebody waits for these tasks: they share the connections with requests. */
  readonly isUrgent?: boolean
  /** How many tasks run at once in this process. */
  readonly concurrency?: number
  /** Kinds that wait for a provider: they leave places to the others. */
  readonly slowKinds?: readonly string[]
}

export interface Runner {
  start(): void
  /** A hint that something may be due now. */
  wake(): void
  /** A place for a task that is being written down and is due now; undefined where there is none, or others have waited longer. */
  reserve(kind: string): Place | undefined
  /** Resolves when nothing is due and nothing runs. */
  idle(): Promise<void>
  /** How many tasks it has begun. */
  readonly begun: number
  /** Takes nothing more and waits for what runs. */
  stop(): Promise<void>
}

const leaseMs = 10_000
/** A look finds what fell due since the last whole one, and a little before: transactions last. */
const overlapMs = 5_000
// A reason of our own: without one, each abort makes an error with its stack.
const awake = 'awake'
const longestTroubleMs = 5_000
/** How long a finished task waits for others, to be written down with them. A process that dies meanwhile has it done again. */
const gatherMs = 15
const nothing: Finished = { again: [], isMore: false }

/** Runs due tasks. Any number of processes may have one over the same database; each task is one worker's at a time. */
export function createRunner(deps: RunnerDeps): Runner {
  return new TaskRunner(deps)
}

class TaskRunner implements Runner {
  begun = 0
  readonly #deps: RunnerDeps
  readonly #places: Places
  readonly #kinds: readonly string[]
  readonly #quickKinds: readonly string[]
  readonly #running = new Map<TakenTask, Promise<void>>()
  readonly #stopping = new AbortController()
  /** Work begins outside of whatever it followed from. */
  readonly #outside = AsyncLocalStorage.snapshot()
  #loop: Promise<void> | undefined
  #keepsLeases = false
  #nap = new AbortController()
  /** Grows with each hint: a pass that began before the hint does not answer it. */
  #hints = 0
  /** When everything was last looked at, and nothing left. */
  #wholeAt: Date | undefined
  /** Tasks may wait in the table for places: none is given to a newer one. */
  #isBehind = true
  readonly #idlers: (() => void)[] = []
  /** How often in a row tasks have failed here, by their ids. How often they ran says little: many come back by their own wish. */
  readonly #failures = new LRUCache<string, number>({ max: 10_000 })
  /** Finished tasks that wait to be written down together. */
  #next: { readonly tasks: TakenTask[]; readonly written: Promise<Finished> } | undefined
  #writing: Promise<Finished> = Promise.resolve(nothing)

  constructor(deps: RunnerDeps) {
    this.#deps = deps
    this.#places = new Places(deps.concurrency ?? 16, deps.slowKinds ?? [])
    this.#kinds = Object.keys(deps.handlers)
    this.#quickKinds = this.#kinds.filter((kind) => !(deps.slowKinds ?? []).includes(kind))
  }

  start(): void {
    this.#loop ??= this.#work()
  }

  wake(): void {
    this.#hints++
    this.#nap.abort(awake)
  }

  reserve(kind: string): Place | undefined {
    if (this.#loop === undefined || this.#stopping.signal.aborted || !(kind in this.#deps.handlers)) return undefined
    if (this.#isBehind || !this.#places.fits(kind)) {
      this.#isBehind = true
      return undefined
    }
    this.#places.hold(kind)
    const letGo = () => {
      this.#places.letGo(kind)
      if (this.#idlers.length > 0 || (this.#isBehind && this.#places.room > 0)) this.wake()
    }
    return {
      until: after(this.#deps.clock.now(), leaseMs),
      begin: (task) => {
        this.#outside(() => this.#begin(task))
        letGo()
      },
      free: letGo,
    }
  }

  idle(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve()
    return new Promise((done) => {
      this.#idlers.push(done)
      this.wake()
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#nap.abort(awake)
    await this.#loop
    this.#tellIdlers()
  }

  async #work(): Promise<void> {
    let troubles = 0
    while (!this.#stopping.signal.aborted) {
      this.#nap = new AbortController()
      const hints = this.#hints
      let sleepMs: number
      try {
        const alone = this.#places.held === 0
        const { found, next } = await this.#look()
        // As many as there was room for: there may be more.
        if (found === 'full') continue
        // What ended or was added since this look began may have left something: only a whole quiet look is idleness.
        if (found === 'none' && alone && this.#places.held === 0 && this.#hints === hints) this.#tellIdlers()
        sleepMs = this.#until(next)
        troubles = 0
      } catch (error) {
        troubles++
        if (troubles === 1) this.#deps.logger.error('tasks cannot be read', { error })
        sleepMs = Math.min(longestTroubleMs, 250 * 2 ** troubles)
      }
      if (this.#hints === hints) await this.#deps.clock.sleep(sleepMs, this.#nap.signal)
    }
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  async #look(): Promise<{ readonly found: 'none' | 'some' | 'full'; readonly next: Date | undefined }> {
    const { clock, queue } = this.#deps
    const now = clock.now()
    const slowRoom = this.#places.slowRoom
    const limit = slowRoom > 0 ? slowRoom : this.#places.room
    if (limit <= 0) {
      this.#isBehind = true
      return { found: 'some', next: undefined }
    }
    const since = this.#sinceWhen(now)
    const { tasks, next } = await queue.take({
      now,
      since,
      ahead: after(now, lookEveryMs),
      until: after(now, leaseMs),
      limit,
      // Where slow work has taken all its places, only the rest can be begun in time.
      kinds: slowRoom > 0 ? this.#kinds : this.#quickKinds,
    })
    for (const task of tasks) this.#begin(task)
    if (tasks.length >= limit) {
      this.#isBehind = true
      return { found: 'full', next }
    }
    if (since === null) this.#wholeAt = slowRoom > 0 ? now : undefined
    // What waits for a slow place is looked for when one is free.
    this.#isBehind = slowRoom <= 0
    return { found: tasks.length === 0 ? 'none' : 'some', next }
  }

  /** Everything is looked at once a second; where tasks have waited for places; and when idleness is to be told. */
  #sinceWhen(now: Date): Date | null {
    if (this.#isBehind || this.#wholeAt === undefined || this.#idlers.length > 0) return null
    return now < this.#wholeAt || now >= after(this.#wholeAt, lookEveryMs) ? null : after(this.#wholeAt, -overlapMs)
  }

  #until(next: Date | undefined): number {
    // A task that is due but was not taken is locked by another worker just now: no hurry.
    return next === undefined ? lookEveryMs : Math.min(lookEveryMs, Math.max(20, next.getTime() - this.#deps.clock.now().getTime()))
  }

  #begin(task: TakenTask): void {
    this.begun++
    this.#places.hold(task.kind)
    const run = this.#inTurn(task).then((isDue) => {
      this.#running.delete(task)
      this.#places.letGo(task.kind)
      // Else nothing has changed for those that wait.
      if (isDue || this.#idlers.length > 0 || (this.#isBehind && this.#places.room > 0)) this.wake()
    })
    this.#running.set(task, run)
    if (!this.#keepsLeases) void this.#keepLeases()
  }

  /** Whether the task, or others, may be due now. */
  async #inTurn(task: TakenTask): Promise<boolean> {
    for (let current = task; ;) {
      await this.#places.enter(task.kind)
      try {
        const end = await (this.#stopping.signal.aborted ? this.#giveUp(current) : this.#run(current))
        if (typeof end === 'boolean') return end
        current = end
        this.begun++
      } finally {
        this.#places.leave(task.kind)
      }
    }
  }

  /** Not begun: another process goes on with it at once. */
  async #giveUp(task: TakenTask): Promise<boolean> {
    await this.#deps.queue.giveBack(task, this.#deps.clock.now()).catch(() => undefined)
    return false
  }

  #tellIdlers(): void {
    for (const done of this.#idlers.splice(0)) done()
  }

  /** The task once more, if it is to be run again at once; or whether there may be something due soon. */
  async #run(task: TakenTask): Promise<TakenTask | boolean> {
    const { queue, clock, logger, handlers } = this.#deps
    const fields = { task: task.kind, attempt: task.attempt, callId: task.subject.startsWith('call_') ? task.subject : undefined }
    try {
      const handler = handlers[task.kind]
      if (handler === undefined) throw new Error(`no handler for tasks of kind ${task.kind}`)
      let isGone = false
      const endIn: EndIn = (tx, forGood) => {
        let gone = false
        queue.finishIn?.(tx, task, (is) => (gone = is), forGood)
        tx.follow({ committed: () => (isGone = gone), undone: () => undefined })
      }
      const outcome = await (this.#deps.isUrgent === true ? handler(task, endIn) : inBackground(() => handler(task, endIn)))
      this.#failures.delete(task.id)
      if (isGone) return false
      if (outcome?.again === undefined) return await this.#finish(task)
      await queue.giveBack(task, outcome.again)
      return outcome.again < after(clock.now(), lookEveryMs)
    } catch (error) {
      logger.warn('a task failed and will be tried again', { ...fields, error })
      const failures = (this.#failures.get(task.id) ?? 0) + 1
      this.#failures.set(task.id, failures)
      // When this fails too, PostgreSQL is away: the lease runs out and the task comes back by itself.
      await queue.giveBack(task, after(clock.now(), retryDelayMs(failures))).catch(() => undefined)
    }
    return true
  }

  /** Those that end while the ones before them are being written down go together, next. */
  async #finish(task: TakenTask): Promise<TakenTask | boolean> {
    this.#next ??= this.#finishNext()
    this.#next.tasks.push(task)
    const { again, isMore } = await this.#next.written
    return again.find(({ id }) => id === task.id) ?? isMore
  }

  #finishNext(): { readonly tasks: TakenTask[]; readonly written: Promise<Finished> } {
    const tasks: TakenTask[] = []
    const written = this.#writing
      .catch(() => nothing)
      // Others that run here are about to end as well.
      .then(() => (this.#deps.isUrgent !== true && this.#places.held > 1 ? sleep(gatherMs) : undefined))
      .then(() => {
        this.#next = undefined
        const now = this.#deps.clock.now()
        return this.#deps.queue.finish(tasks, now, after(now, leaseMs))
      })
    this.#writing = written
    return { tasks, written }
  }

  /** Long work keeps its task: without this, another worker would begin it anew. */
  async #keepLeases(): Promise<void> {
    const { queue, clock } = this.#deps
    const { signal } = this.#stopping
    this.#keepsLeases = true
    while (!signal.aborted && this.#running.size > 0) {
      await clock.sleep(leaseMs / 3, signal)
      if (this.#running.size > 0) await queue.renew([...this.#running.keys()], after(clock.now(), leaseMs)).catch(() => undefined)
    }
    // At once with the last look: whatever is taken from here on begins anew.
    this.#keepsLeases = false
  }
}

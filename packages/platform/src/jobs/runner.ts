import { LRUCache } from 'lru-cache'
import { after, type Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { inBackground } from '../db/background.ts'
import type { Task } from '../db/tasks.ts'
import type { TakenTask, TaskQueue } from '../db/tasks-store.ts'
import { retryDelayMs } from './retry-delay.ts'

/** Ends the task, or asks for the same task again at a time. */
export type TaskOutcome = { readonly again: Date } | undefined | void

/**
 * Does the work of one kind of task. It may run more than once for a task (a crash in mid-work, a lease that ran out): what it does
 * must be the same when done twice. What it throws is logged, and the task is tried again with growing delays.
 */
export type TaskHandler = (task: Task) => Promise<TaskOutcome>

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
  /** Kinds that wait for a provider. They get three quarters of the places: one that hangs does not keep the others from running. */
  readonly slowKinds?: readonly string[]
}

export interface Runner {
  start(): void
  /** A hint that something may be due now. */
  wake(): void
  /** Resolves when nothing is due and nothing runs. */
  idle(): Promise<void>
  /** How many tasks it has begun. */
  readonly begun: number
  /** Takes nothing more and waits for what runs. */
  stop(): Promise<void>
}

const leaseMs = 10_000
const longestSleepMs = 1_000
// A reason of our own: without one, each abort makes an error with its stack.
const awake = 'awake'
const longestTroubleMs = 5_000

/** Runs due tasks. Any number of processes may have one over the same database; each task is one worker's at a time. */
export function createRunner(deps: RunnerDeps): Runner {
  return new TaskRunner(deps)
}

class TaskRunner implements Runner {
  begun = 0
  readonly #deps: RunnerDeps
  readonly #places: number
  readonly #slowPlaces: number
  readonly #kinds: readonly string[]
  readonly #quickKinds: readonly string[]
  readonly #running = new Map<TakenTask, Promise<void>>()
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined
  #keepsLeases = false
  #nap = new AbortController()
  /** Grows with each hint: a pass that began before the hint does not answer it. */
  #hints = 0
  readonly #idlers: (() => void)[] = []
  /** How often in a row tasks have failed here, by their ids. How often they ran says little: many come back by their own wish. */
  readonly #failures = new LRUCache<string, number>({ max: 10_000 })
  /** Finished tasks that wait to be written down together. */
  #next: { readonly tasks: TakenTask[]; readonly written: Promise<boolean> } | undefined
  #writing: Promise<boolean> = Promise.resolve(false)

  constructor(deps: RunnerDeps) {
    this.#deps = deps
    this.#places = deps.concurrency ?? 16
    this.#slowPlaces = Math.max(1, Math.floor(this.#places * 0.75))
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
        const alone = this.#running.size === 0
        const room = this.#places - this.#running.size
        const found = room > 0 ? await this.#take(room) : 'none'
        // As many as there was room for: there may be more.
        if (found === 'full') continue
        // What ended or was added since this look began may have left something: only a whole quiet look is idleness.
        if (found === 'none' && alone && this.#hints === hints) this.#tellIdlers()
        sleepMs = await this.#untilNext()
        troubles = 0
      } catch (error) {
        troubles++
        if (troubles === 1) this.#deps.logger.error('tasks cannot be read', { error })
        sleepMs = Math.min(longestTroubleMs, 250 * 2 ** troubles)
      }
      if (this.#hints === hints) await this.#deps.clock.sleep(sleepMs, this.#nap.signal)
    }
    await Promise.all(this.#running.values())
  }

  async #take(room: number): Promise<'none' | 'some' | 'full'> {
    const now = this.#deps.clock.now()
    const slowRoom = this.#slowRoom()
    const limit = slowRoom > 0 ? Math.min(room, slowRoom) : room
    const taken = await this.#deps.queue.take(now, after(now, leaseMs), limit, slowRoom > 0 ? this.#kinds : this.#quickKinds)
    this.begun += taken.length
    for (const task of taken) {
      const run = this.#run(task).then((isDue) => {
        // Else nothing has changed for those that wait.
        const worthALook = isDue || this.#running.size >= this.#places || this.#slowRoom() <= 0 || this.#idlers.length > 0
        this.#running.delete(task)
        if (worthALook) this.wake()
      })
      this.#running.set(task, run)
    }
    if (taken.length > 0 && !this.#keepsLeases) void this.#keepLeases()
    if (taken.length === 0) return 'none'
    return taken.length < limit ? 'some' : 'full'
  }

  #slowRoom(): number {
    const slowKinds = this.#deps.slowKinds ?? []
    if (slowKinds.length === 0) return this.#places
    return this.#slowPlaces - [...this.#running.keys()].filter(({ kind }) => slowKinds.includes(kind)).length
  }

  async #untilNext(): Promise<number> {
    // Where slow work has taken all its places, only the rest can be begun in time.
    const next = await this.#deps.queue.next(this.#slowRoom() > 0 ? this.#kinds : this.#quickKinds)
    if (next === undefined || this.#running.size >= this.#places) return longestSleepMs
    // A task that is due but was not taken is locked by another worker just now: no hurry.
    return Math.min(longestSleepMs, Math.max(20, next.getTime() - this.#deps.clock.now().getTime()))
  }

  #tellIdlers(): void {
    for (const done of this.#idlers.splice(0)) done()
  }

  /** Whether the task, or another run of it, may be due now or at a new time. */
  async #run(task: TakenTask): Promise<boolean> {
    const { queue, clock, logger, handlers } = this.#deps
    const fields = { task: task.kind, attempt: task.attempt, callId: task.subject.startsWith('call_') ? task.subject : undefined }
    try {
      const handler = handlers[task.kind]
      if (handler === undefined) throw new Error(`no handler for tasks of kind ${task.kind}`)
      const outcome = await (this.#deps.isUrgent === true ? handler(task) : inBackground(() => handler(task)))
      this.#failures.delete(task.id)
      if (outcome?.again === undefined) return await this.#finish(task)
      await queue.giveBack(task, outcome.again)
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
  #finish(task: TakenTask): Promise<boolean> {
    if (this.#next !== undefined) {
      this.#next.tasks.push(task)
      return this.#next.written
    }
    const tasks = [task]
    const written = this.#writing
      .catch(() => false)
      .then(async () => {
        this.#next = undefined
        return (await this.#deps.queue.finish(tasks)) > 0
      })
    this.#next = { tasks, written }
    this.#writing = written
    return written
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

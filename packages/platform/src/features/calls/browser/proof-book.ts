import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import { everyTenant, type TenantId } from '../../../base/tenant.ts'
import type { Db } from '../../../db/connect.ts'
import type { TaskStore } from '../../../db/tasks.ts'
import { callTasks } from '../call-tasks.ts'
import { spansOf } from './browser-talk.ts'
import { addProofs } from './browser-store.ts'

/** How the sound fares at one tab of a user, at the moment it was told. */
export interface Proof {
  readonly tenantId: TenantId
  readonly callId: string
  /** `usr_…` */
  readonly userId: string
  readonly peer: string
  readonly media: 'connecting' | 'connected' | 'interrupted'
  readonly bytesReceived: number
}

/** Proofs that came in and are not written yet. */
export interface ProofBook {
  /** Takes a proof as of now. Whether it fits a call is seen when it is written. */
  add(proof: Proof): void
  /** Writes what is there of this call, before something is decided from it. */
  flushOf(callId: string): Promise<void>
  /** Resolves when what is due to be written is written. */
  idle(): Promise<void>
  /** Takes nothing more, and writes what is there unless it is to be lost as in a crash. */
  close(last: 'write' | 'drop'): Promise<void>
}

interface Waiting {
  readonly proof: Proof
  bytes: number
  heardAt: number
  readonly connected: number[]
}

const writeEveryMs = 1_000
/** Far beyond what one process carries; more at once is somebody who makes calls up. */
const mostWaiting = 50_000

export interface ProofBookDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly tasks: TaskStore
}

/**
 * Gathers the proofs of all calls of this process and writes them once a second, in one statement. Killed, it loses the last second of them:
 * time that is not charged. When PostgreSQL does not answer they wait, with the moments at which they came.
 */
export function createProofBook({ db, clock, logger, tasks }: ProofBookDeps): ProofBook {
  const waiting = new Map<string, Waiting>()
  const closing = new AbortController()
  let armed = false
  let writing: Promise<void> = Promise.resolve()

  const arm = (): void => {
    if (armed || closing.signal.aborted) return
    armed = true
    void clock.sleep(writeEveryMs, closing.signal).then(() => {
      armed = false
      return write()
    })
  }
  // One writing at a time, in the order in which they were asked for.
  const write = (): Promise<void> => (writing = writing.then(writeNow))
  const writeNow = async (): Promise<void> => {
    if (waiting.size === 0) return
    const batch = new Map(waiting)
    waiting.clear()
    try {
      await writeBatch([...batch.values()])
    } catch (error) {
      logger.warn('proofs of browser calls could not be written and wait', { error })
      for (const [key, entry] of batch) {
        const newer = waiting.get(key)
        if (newer === undefined) waiting.set(key, entry)
        else newer.connected.unshift(...entry.connected)
      }
      arm()
    }
  }
  const writeBatch = async (entries: readonly Waiting[]): Promise<void> => {
    const now = clock.now()
    const rows = entries.map(({ proof, bytes, heardAt, connected }) => ({ ...proof, bytes, heardAt, connected: spansOf(connected) }))
    await db.transact(everyTenant, async (tx) => {
      // What begins a talk is looked at at once, by whoever lives.
      for (const { tenantId, callId } of await addProofs(tx, rows)) await tasks.add(tx, tenantId, [callTasks.watch(callId, now)], now)
    })
  }

  return {
    add(proof) {
      const key = `${proof.tenantId}:${proof.callId}:${proof.userId}:${proof.peer}`
      const known = waiting.get(key)
      if (closing.signal.aborted || (known === undefined && waiting.size >= mostWaiting)) return
      const at = clock.now().getTime()
      const entry = known ?? { proof, bytes: proof.bytesReceived, heardAt: at, connected: [] }
      // A proof that is told twice proves nothing the second time.
      const repeated = known !== undefined && known.bytes === proof.bytesReceived
      if (proof.media === 'connected' && !repeated) entry.connected.push(at)
      entry.bytes = proof.bytesReceived
      entry.heardAt = at
      waiting.set(key, entry)
      arm()
    },
    flushOf: async (callId) => {
      await writing
      if ([...waiting.values()].some(({ proof }) => proof.callId === callId)) await write()
    },
    idle: () => writing,
    async close(last) {
      closing.abort()
      if (last === 'drop') waiting.clear()
      await write()
    },
  }
}

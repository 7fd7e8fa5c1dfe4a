import type { TenantId } from '../base/tenant.ts'
import type { Tx } from './connect.ts'

/** Work that outlives the process: what must be told or done after a commit, and everything that happens at a later time. */
export interface NewTask {
  readonly kind: string
  /** What it is about, e.g. the call's id. One task of a kind waits for a subject at most: adding it again moves it to the earlier time. */
  readonly subject: string
  readonly payload?: Readonly<Record<string, unknown>>
  /** When it is due; at once when absent. */
  readonly runAt?: Date
}

export interface Task {
  readonly id: string
  readonly tenantId: TenantId
  readonly kind: string
  readonly subject: string
  readonly payload: Readonly<Record<string, unknown>>
  /** Counts from 1. */
  readonly attempt: number
}

/** A task that this worker has taken; `taking` proves it. */
export interface TakenTask extends Task {
  readonly taking: number
}

/** Writes tasks in the transaction of the change they follow from: both happen or neither does. */
export interface TaskStore {
  add(tx: Tx, tenantId: TenantId, tasks: readonly NewTask[], now: Date): Promise<void>
  /** Forgets those of a subject that wait: there is nothing left for them to do. What runs just now finds that by itself. */
  forget(tx: Tx, tenantId: TenantId, kinds: readonly string[], subject: string): void
}

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

/** Writes tasks in the transaction of the change they follow from: both happen or neither does. */
export interface TaskStore {
  add(tx: Tx, tenantId: TenantId, tasks: readonly NewTask[], now: Date): Promise<void>
}

import type { TenantId } from '../../../base/tenant.ts'
import type { TaskHandler } from '../../../jobs/runner.ts'
import type { CallDeps } from '../call-deps.ts'
import { onFreed, takeTurns, tellTurn } from './take-turns.ts'

export { endWaits } from './waiting-store.ts'
export { waitingOperations } from './waiting.routes.ts'

export interface WaitingDeps extends CallDeps {
  /** Whether a call could reach this user (`usr_…`) now, apart from other calls. */
  isReachable(tenantId: TenantId, userId: string): Promise<boolean>
}

/** Handlers of the tasks of those who wait, for the runner. */
export const waitingHandlers = (deps: WaitingDeps): Readonly<Record<string, TaskHandler>> => ({
  'waiting.turn': (task) => takeTurns(deps, task),
  'waiting.tell': (task) => tellTurn(deps, task),
  'call.freed': (task, endIn) => onFreed(deps, task, endIn),
})

import type { NewTask } from '../../../db/tasks.ts'

/** What is still to be done for those who wait. */
export const waitingTasks = {
  /** Looks whose turn it is; the subject is the callee. There is one as long as somebody waits for them. */
  turn: (calleeId: string): NewTask => ({ kind: 'waiting.turn', subject: calleeId }),
  /** Tells the one whose turn it is; the subject is their place. */
  tell: (id: string): NewTask => ({ kind: 'waiting.tell', subject: id }),
} as const

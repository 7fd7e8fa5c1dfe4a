import type { NewTask } from '../../db/tasks.ts'

/** What is still to be done for a number; each survives the process. The subject is the number's id. */
export const numberTasks = {
  /** Tells the provider where it asks about calls to the number. */
  connect: (numberId: string): NewTask => ({ kind: 'number.connect', subject: numberId }),
  /** Takes the number out of the app when its cool-down is over. */
  leave: (numberId: string, runAt: Date): NewTask => ({ kind: 'number.leave', subject: numberId, runAt }),
} as const

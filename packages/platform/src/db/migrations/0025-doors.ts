import { accounts } from './0025-doors/accounts.ts'
import { door } from './0025-doors/door.ts'
import { drained } from './0025-doors/drained.ts'
import { transfer } from './0025-doors/transfer.ts'

/** The ledger's doors with less work for each posting, and for each end of a call. */
export const doors = `${accounts}${door}${transfer}${drained}`

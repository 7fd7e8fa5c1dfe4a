import { accounts } from './0025-doors/accounts.ts'
import { door } from './0025-doors/door.ts'
import { transfer } from './0025-doors/transfer.ts'

/** The ledger's doors with less work for each posting. */
export const doors = `${accounts}${door}${transfer}`

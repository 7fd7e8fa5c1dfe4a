import { everyTenant } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'
import { countFrozen } from './operator-store.ts'

/** What a scraper may raise an alarm by; of the database, so that each process tells the same, also after a restart. */
export const ledgerMeasures = (db: Db) => [
  {
    name: 'connect_ledgers_frozen',
    help: 'Ledgers whose coins stand still: broken books, or an operator’s freeze',
    read: () => db.transact(everyTenant, countFrozen),
  },
]

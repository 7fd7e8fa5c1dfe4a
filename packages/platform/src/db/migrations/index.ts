import { tenancy } from './0001-tenancy.ts'
import { ledger } from './0003-ledger.ts'

/** In order. A migration is never edited once it has landed. */
export const migrations: readonly { readonly name: string; readonly sql: string }[] = [
  { name: '0001-tenancy', sql: tenancy },
  { name: '0003-ledger', sql: ledger },
]

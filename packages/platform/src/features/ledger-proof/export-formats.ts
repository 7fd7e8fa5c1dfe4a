import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { cell, numberCell } from '../../base/csv.ts'
import {
  accountPages,
  entryPages,
  sealPages,
  transactionPages,
  type AccountRow,
  type EntryRow,
  type ExportRange,
  type ExportTotals,
  type SealRow,
} from './export-store.ts'

export type ExportFormat = 'csv' | 'jsonl'

export interface ExportHead {
  readonly appId: string
  readonly mode: string
  readonly from: Date | null
  readonly to: Date | null
  readonly at: Date
}

/** What a format makes of the ledger: pieces of text, each of whole lines. */
export interface Format {
  head(head: ExportHead): string
  body(tx: Tx, tenantId: TenantId, range: ExportRange): AsyncGenerator<string>
  /** `sha256`: of all bytes before it. */
  end(totals: ExportTotals, sha256: string): string
}

const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('')

/** Accounts and seals, then the transactions as they are digested: whoever reads them in this order can check each seal as they go. */
const jsonl: Format = {
  head: ({ appId, mode, from, to, at }) => lines([JSON.stringify({ ledger: appId, mode, format: 1, from, to, exportedAt: at })]),
  async *body(tx, tenantId, range) {
    for await (const rows of accountPages(tx, tenantId)) yield lines(rows.map(accountJson))
    for await (const rows of sealPages(tx, tenantId, range)) yield lines(rows.map(sealJson))
    for await (const rows of transactionPages(tx, tenantId, range)) yield lines(rows.map(({ line }) => line))
  },
  end: ({ transactions, entries, coins, sum }, sha256) => {
    const counts = `"transactions":${numberCell(transactions)},"entries":${numberCell(entries)}`
    return lines([`{"end":true,${counts},"coins":${numberCell(coins)},"sum":${numberCell(sum)},"sha256":"${sha256}"}`])
  },
}

/** The account's sealed line, and behind it what is not sealed. */
const accountJson = ({ line, hostUser, balance }: AccountRow): string =>
  `${line.slice(0, -1)},"hostUser":${JSON.stringify(hostUser)},"balance":${numberCell(balance)}}`

function sealJson({ number, late, entries, coins, sealedAt, ...rest }: SealRow): string {
  // `coins` may be more than a number of JavaScript holds: it is written as PostgreSQL gave it.
  const said = JSON.stringify({ seal: Number(number), ...rest, sealedAt: sealedAt.toISOString(), ...(late === null ? {} : { late }) })
  return `${said.slice(0, -1)},"entries":${numberCell(entries)},"coins":${numberCell(coins)}}`
}

// Ids and numbers first: they hold no comma, so that the simplest tools can add the file up. What people wrote comes after them.
const columns = [
  'record',
  'transaction_id',
  'created_at',
  'account_id',
  'coins',
  'account',
  'user_id',
  'host_user_id',
  'type',
  'key',
  'reference_type',
  'reference_id',
  'description',
]

const csv: Format = {
  head: () => lines([columns.join(',')]),
  async *body(tx, tenantId, range) {
    for await (const rows of entryPages(tx, tenantId, range)) yield lines(rows.flatMap(entryCells))
    for await (const rows of accountPages(tx, tenantId)) yield lines(rows.map(balanceCells))
    for await (const rows of sealPages(tx, tenantId, range)) yield lines(rows.map(sealCells))
  },
  end: ({ transactions, entries, coins, sum }, sha256) =>
    lines([`end,,,,${numberCell(sum)},,,,,sha256:${sha256},,,"${transactions} transactions, ${entries} entries, ${coins} coins moved"`]),
}

const entryCells = ({ id, createdAt, entries, ...head }: EntryRow): string[] =>
  entries.map(({ account, name, user, hostUser, coins }) =>
    [
      'entry',
      cell(id),
      createdAt,
      numberCell(account),
      numberCell(coins),
      ...[name, user, hostUser, head.type, head.key, head.referenceType, head.referenceId, head.description].map(cell),
    ].join(','),
  )

const balanceCells = ({ id, name, user, hostUser, balance }: AccountRow): string =>
  ['balance', '', '', numberCell(id), numberCell(balance), cell(name), cell(user), cell(hostUser), '', '', '', '', ''].join(',')

const sealCells = ({ number, hash, upTo, transactions, coins, sealedAt }: SealRow): string =>
  ['seal', cell(upTo), sealedAt.toISOString(), '', '', '', '', '', '', `sha256:${hash}`, 'seal', number].join(',') +
  `,"seal ${number}: ${transactions} transactions, ${coins} coins moved"`

export const formats: Readonly<Record<ExportFormat, Format>> = { csv, jsonl }

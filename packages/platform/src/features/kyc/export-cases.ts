import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import { cell } from '../../base/csv.ts'
import { pageOf } from '../../base/cursor.ts'
import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import type { SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { KycDeps } from './kyc-deps.ts'
import { filterText, storedFilter, type CaseFilter } from './list-cases.ts'
import { presentSubmission } from './present-kyc.ts'
import { listSubmissions } from './submission-store.ts'

type Line = ReturnType<typeof presentSubmission>

export interface ExportWish extends Omit<CaseFilter, 'reason'> {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly format: 'csv' | 'jsonl'
  /** For the audit trail. */
  readonly reason: string
}

const columns = [
  ...(['id', 'userId', 'type', 'numberMasked', 'status', 'stage', 'reasons', 'reviewReasons', 'provider', 'decidedBy'] as const),
  ...(['createdAt', 'decidedAt', 'stageSince'] as const),
]

const csvLine = (line: Line): string =>
  columns
    .map((name) => {
      const value = line[name]
      return cell(typeof value === 'string' || value === null ? value : value.join(' '))
    })
    .join(',')

/** A page of submissions as a file's lines: numbers masked, no names. That it was taken is on the audit trail, page by page. */
export function exportCases(
  { db, cursors, clock }: KycDeps,
  actor: SecretActor,
  { reason, ...wish }: ExportWish,
  ip: string,
): Promise<AnswerOf<(typeof allSchemas)['kyc']['export']>> {
  const { id: tenantId } = actor.tenant
  return db.transact(tenantId, async (tx) => {
    const filter = await storedFilter(tx, tenantId, wish)
    const scope = { tenantId, route: `kyc.export.${wish.format}`, filter: filterText(wish) }
    const page =
      filter === undefined
        ? { data: [], nextCursor: null }
        : await pageOf(
            cursors,
            scope,
            wish,
            (rows) => listSubmissions(tx, tenantId, filter, { ...rows, order: 'newest' }),
            presentSubmission,
          )
    const details = { format: wish.format, submissions: page.data.length, filter: JSON.parse(filterText(wish)) as unknown }
    await audit(tx, tenantId, actor, { action: 'kyc.exported', reason: hideAadhaar(reason), fromIp: ip, details }, clock.now())
    const lines = wish.format === 'csv' ? page.data.map(csvLine) : page.data.map((line) => JSON.stringify(line))
    const head = wish.format === 'csv' && wish.cursor === undefined ? [columns.join(',')] : []
    return { text: [...head, ...lines].map((line) => `${line}\n`).join(''), nextCursor: page.nextCursor }
  })
}

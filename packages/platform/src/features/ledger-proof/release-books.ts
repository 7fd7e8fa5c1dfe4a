import { fail } from '../../base/problem.ts'
import { freezeLedger, releaseLedger, type Fault, type FreezeDeps, type TenantBooks } from '../wallet/index.ts'
import { findBooks, verifyBooks } from './verify-books.ts'

/** Which ledger an operator means, who they are and why they do it. */
export interface OperatorOrder {
  readonly appId: string
  readonly mode: string
  /** The operator's name. */
  readonly by: string
  readonly reason: string
}

const longest = { by: 100, reason: 500 }

/** An order without a name or a reason is not carried out. */
export function signed({ by, reason }: Pick<OperatorOrder, 'by' | 'reason'>): { readonly by: string; readonly reason: string } {
  const [name, why] = [by.trim(), reason.trim()]
  if (name === '' || name.length > longest.by)
    fail('invalid_request', { detail: `Say who you are (--by), in 1 to ${longest.by} characters.` })
  if (why === '' || why.length > longest.reason)
    fail('invalid_request', { detail: `Give a reason (--reason) of 1 to ${longest.reason} characters.` })
  return { by: name, reason: why }
}

export async function orderedBooks(
  { db }: Pick<FreezeDeps, 'db'>,
  { appId, mode }: Pick<OperatorOrder, 'appId' | 'mode'>,
): Promise<TenantBooks> {
  return (await findBooks(db, appId, mode)) ?? fail('not_found', { detail: `There is no app ${appId} in mode ${mode}.` })
}

/** Stops an app's coins by hand. One that is frozen already is refused, so that nobody takes another's freeze for their own. */
export async function freezeBooks(deps: FreezeDeps, order: OperatorOrder): Promise<void> {
  const { by, reason } = signed(order)
  const tenant = await orderedBooks(deps, order)
  if (!(await freezeLedger(deps, tenant.id, { actor: 'operator', reason, details: { operator: by } })))
    fail('conflict', { detail: 'The ledger is frozen already.' })
}

export type Release = { readonly outcome: 'released' } | { readonly outcome: 'faulty'; readonly faults: readonly Fault[] }

/** Lets an app's coins move again: only when its books are right, by sums and by seals, or the watch would freeze them anew. */
export async function releaseBooks(deps: FreezeDeps, order: OperatorOrder): Promise<Release> {
  const { by, reason } = signed(order)
  const tenant = await orderedBooks(deps, order)
  if (!tenant.frozen) fail('conflict', { detail: 'The ledger is not frozen.' })
  const { faults } = await verifyBooks(deps.db, tenant)
  if (faults.length > 0) return { outcome: 'faulty', faults }
  await releaseLedger(deps, tenant.id, { actor: 'operator', reason, details: { operator: by } })
  return { outcome: 'released' }
}

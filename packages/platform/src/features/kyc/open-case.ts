import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { lockProfile } from './profile-store.ts'
import type { Profile, Submission } from './submission-row.ts'
import { findSubmission } from './submission-store.ts'

/** A submission with how its user stands, both held until the transaction is over. What is written goes into it as well. */
export interface KycCase {
  readonly tx: Tx
  readonly tenantId: TenantId
  readonly now: Date
  profile: Profile
  submission: Submission
}

/** The user's row is the one lock of their identity: nobody changes a submission without it. Undefined: there is no such submission. */
export async function openCase(tx: Tx, tenantId: TenantId, submissionId: string, now: Date): Promise<KycCase | undefined> {
  const known = await findSubmission(tx, tenantId, submissionId)
  if (known === undefined) return undefined
  const profile = await lockProfile(tx, tenantId, known.userId, now)
  // Read again: whoever held the row may have decided.
  const submission = await findSubmission(tx, tenantId, submissionId)
  return submission && { tx, tenantId, now, profile, submission }
}

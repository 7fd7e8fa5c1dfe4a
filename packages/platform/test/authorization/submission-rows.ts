import { newId } from '../../src/base/ids.ts'
import { madeOnce, withOwner } from './owner-rows.ts'

/** A submission of somebody before a reviewer, as a row: who may see it does not depend on what was uploaded. */
export const openSubmission = madeOnce((platform, app, hostUserId) =>
  withOwner(platform, app, hostUserId, async (tx, user) => {
    const [consentId, id, now] = [newId('kcn'), newId('kyc'), new Date(platform.held.now())]
    await tx.query(
      `insert into kyc_consents (id, tenant_id, user_id, kind, version, language, text, at) values ($1, $2, $3, 'given', '1', 'en', 'Yes', $4)`,
      [consentId, user.tenant_id, user.id, now],
    )
    await tx.query(
      `insert into kyc_submissions (id, tenant_id, user_id, type, stage, stage_since, number_masked, is_legacy, fingerprint, consent_id, created_at)
       values ($1, $2, $3, 'pan', 'review', $4, 'XXXXXX234C', false, '\\x00', $5, $4)`,
      [id, user.tenant_id, user.id, now, consentId],
    )
    await tx.query(`insert into kyc_profiles (tenant_id, user_id, status, submission_id, updated_at) values ($1, $2, 'pending', $3, $4)`, [
      user.tenant_id,
      user.id,
      id,
      now,
    ])
    return id
  }),
)

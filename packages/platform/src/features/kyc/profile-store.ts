import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { IdentityKind } from '../../providers/kyc/port.ts'
import type { KycStatus } from './kyc-standing.ts'
import type { Profile, RejectReason } from './submission-row.ts'

interface Row {
  readonly user_id: string
  readonly host_id: string
  readonly status: KycStatus
  readonly submission_id: string | null
  readonly verified_id: string | null
  readonly pan_id: string | null
  readonly pan_last_four: string | null
  readonly is_adult: boolean
  readonly reasons: RejectReason[]
  readonly note: string | null
  readonly type: IdentityKind | null
  readonly verified_at: Date | null
  readonly expires_at: Date | null
  readonly rejections: number
  readonly updated_at: Date
}

const read = (row: Row): Profile => ({
  userId: row.user_id,
  hostUserId: row.host_id,
  status: row.status,
  submissionId: row.submission_id,
  verifiedId: row.verified_id,
  panId: row.pan_id,
  panLastFour: row.pan_last_four,
  isAdult: row.is_adult,
  reasons: row.reasons,
  note: row.note,
  type: row.type,
  verifiedAt: row.verified_at,
  expiresAt: row.expires_at,
  rejections: row.rejections,
  updatedAt: row.updated_at,
})

const columns = `p.user_id, u.host_id, p.status, p.submission_id, p.verified_id, p.pan_id, p.pan_last_four, p.is_adult, p.reasons, p.note,
  s.type, p.verified_at, p.expires_at, p.rejections, p.updated_at`
const source = `kyc_profiles p join users u on u.tenant_id = p.tenant_id and u.id = p.user_id
  left join kyc_submissions s on s.tenant_id = p.tenant_id and s.id = p.submission_id`

export async function findProfile(tx: Tx, tenantId: TenantId, userId: string): Promise<Profile | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from ${source} where p.tenant_id = $1 and p.user_id = $2`, [tenantId, userId])
  return row && read(row)
}

/** Held so that it cannot change until the transaction is over; others may rely on it at the same time. */
export async function shareProfile(tx: Tx, tenantId: TenantId, userId: string): Promise<Profile | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from ${source} where p.tenant_id = $1 and p.user_id = $2 for share of p`, [
    tenantId,
    userId,
  ])
  return row && read(row)
}

/** Held before anything else of a user's identity is: whatever changes it stands in one line. Makes the row that is not there. */
export async function lockProfile(tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<Profile> {
  tx.write('insert into kyc_profiles (tenant_id, user_id, updated_at) values ($1, $2, $3) on conflict do nothing', [tenantId, userId, now])
  const [row] = await tx.query<Row>(`select ${columns} from ${source} where p.tenant_id = $1 and p.user_id = $2 for no key update of p`, [
    tenantId,
    userId,
  ])
  if (row === undefined) throw new Error('the profile was not made')
  return read(row)
}

/** With it goes what answers about the user say. */
export async function saveProfile(tx: Tx, tenantId: TenantId, profile: Profile, now: Date): Promise<void> {
  await tx.query(
    `update kyc_profiles set status = $3, submission_id = $4, verified_id = $5, pan_id = $6, pan_last_four = $7, is_adult = $8, reasons = $9,
       note = $10, verified_at = $11, expires_at = $12, rejections = $13, updated_at = $14
     where tenant_id = $1 and user_id = $2`,
    [
      tenantId,
      profile.userId,
      profile.status,
      profile.submissionId,
      profile.verifiedId,
      profile.panId,
      profile.panLastFour,
      profile.isAdult,
      profile.reasons,
      profile.note,
      profile.verifiedAt,
      profile.expiresAt,
      profile.rejections,
      now,
    ],
  )
  await tx.query('update users set kyc_status = $3 where tenant_id = $1 and id = $2 and kyc_status <> $3', [
    tenantId,
    profile.userId,
    profile.status,
  ])
}

/** Everybody who has had the host's id, deleted ones too: what was done to them is on record under it. */
export async function hostUsersEver(tx: Tx, tenantId: TenantId, hostId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>('select id from users where tenant_id = $1 and host_id = $2', [tenantId, hostId])
  return rows.map(({ id }) => id)
}

import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** Once for each device, and not for the code's own owner's. A code that is nobody's leaves nothing. */
export function insertVisit(tx: Tx, tenantId: TenantId, { code, deviceKey, now }: { code: string; deviceKey: Buffer; now: Date }): void {
  tx.write(
    `with made as (
       insert into referral_visits (tenant_id, user_id, device_key, first_at)
       select $1, u.id, $3, $4 from users u
       where u.tenant_id = $1 and u.referral_code = $2 and u.deleted_at is null
         and not exists (select from user_traces t where t.tenant_id = $1 and t.kind = 'device' and t.key = $3 and t.user_id = u.id)
       on conflict (tenant_id, user_id, device_key) do nothing returning user_id
     )
     insert into referral_reach as r (tenant_id, user_id, invited) select $1::integer, user_id, 1 from made
     on conflict (tenant_id, user_id) do update set invited = r.invited + 1`,
    [tenantId, code, deviceKey, now],
  )
}

/** Above all tenants, so many at once; how many there were. */
export async function deleteVisits(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from referral_visits where ctid = any(array(select ctid from referral_visits where first_at < $1 order by first_at limit $2)) returning 1`,
    [before, limit],
  )
  return rows.length
}

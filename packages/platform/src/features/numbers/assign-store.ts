import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { ProviderName } from '../../providers/telephony/port.ts'

export interface Owner {
  readonly id: string
  readonly phone: string | null
}

/** Changes of who owns what take turns within an app. */
export async function serializeOwners(tx: Tx, tenantId: TenantId): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('number-owners', $1))`, [tenantId])
}

/** A user who stays until the commit. */
export async function holdOwner(tx: Tx, tenantId: TenantId, hostId: string): Promise<Owner | undefined> {
  const [row] = await tx.query<Owner>(
    'select id, phone from users where tenant_id = $1 and host_id = $2 and deleted_at is null for share',
    [tenantId, hostId],
  )
  return row
}

export async function setOwner(tx: Tx, tenantId: TenantId, numberId: string, userId: string): Promise<void> {
  await tx.query('update numbers set user_id = $3, cooling_until = null where tenant_id = $1 and id = $2', [tenantId, numberId, userId])
}

/**
 * The best number that nobody has: of the user's country, one that no call showed lately, no toll-free one. The last shared number of a
 * provider is not given away by itself: the app's calls show it.
 */
export async function freeNumber(
  tx: Tx,
  tenantId: TenantId,
  { provider, country, now }: { readonly provider: ProviderName | undefined; readonly country: string | null; readonly now: Date },
): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(
    `select id from (
       select n.*, count(*) over (partition by n.provider) as shared,
         exists (select from number_pairs p where p.tenant_id = n.tenant_id and p.number_id = n.id and p.free_at > $4) as shown
       from numbers n
       where n.tenant_id = $1 and n.user_id is null and n.leaving is null and (n.cooling_until is null or n.cooling_until <= $4)
         and ($2::text is null or n.provider = $2)
         and not exists (select from calls c where c.tenant_id = $1 and c.number = n.phone_number and not c.settled and c.ended_at is null)
     ) free
     where shared > 1
     order by (country is not distinct from $3::text) desc, shown, (type = 'toll_free'), id limit 1`,
    [tenantId, provider ?? null, country, now],
  )
  return row?.id
}

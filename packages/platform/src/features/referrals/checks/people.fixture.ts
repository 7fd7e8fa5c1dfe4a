import { after } from '../../../base/clock.ts'
import { newId } from '../../../base/ids.ts'
import { everyTenant, tenantId, type TenantId } from '../../../base/tenant.ts'
import { createVault, keysFrom } from '../../../base/vault.ts'
import { connect, type Db, type Tx } from '../../../db/connect.ts'
import { migrate } from '../../../db/migrate.ts'
import { freshDatabase } from '../../../../test/server/fresh-database.ts'
import { leaveTraces, type Brought } from './traces.ts'

export const noon = new Date('2030-01-15T12:00:00Z')
export const day = 86_400_000
export const vault = createVault(keysFrom(Buffer.alloc(32, 7)))

/** A database with apps and people in it, and who brought whom. */
export interface People {
  readonly db: Db
  readonly tenant: TenantId
  /** Another app. */
  readonly stranger: TenantId
  /** Makes a user with what they brought; tells their id. */
  join(name: string, brought?: Brought & { readonly at?: Date; readonly in?: TenantId }): Promise<string>
  /** As if it had been rewarded, unless told. */
  refer(referrerId: string, refereeId: string, at?: Date, status?: string): Promise<void>
  inside<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  end(): Promise<void>
}

export async function startPeople(): Promise<People> {
  const database = await freshDatabase({ migrate })
  const db = connect(database.connection)
  const addTenant = async (name: string): Promise<TenantId> => {
    const [row] = await db.transact(everyTenant, (tx) =>
      tx.query<{ id: number }>(`insert into tenants (app_id, mode, name, created_at) values ($1, 'test', $1, $2) returning id`, [
        name,
        noon,
      ]),
    )
    return tenantId(row?.id ?? 0)
  }
  const [tenant, stranger] = [await addTenant('app_one'), await addTenant('app_two')]
  return {
    db,
    tenant,
    stranger,
    async join(name, { at = noon, in: where = tenant, ...brought } = {}) {
      const id = newId('usr', at)
      await db.transact(where, async (tx) => {
        await tx.query(
          `insert into users (id, tenant_id, host_id, display_name, email, referral_code, traces, created_at) values ($1, $2, $3, $3, $4, $1, 1, $5)`,
          [id, where, name, brought.emails?.[0] ?? null, at],
        )
        leaveTraces({ vault }, tx, where, id, brought, at)
      })
      return id
    },
    refer: (referrerId, refereeId, at = noon, status = 'rewarded') =>
      db.transact(tenant, async (tx) => {
        const ended = ['refused', 'expired', 'reversed'].includes(status) ? after(at, 1) : null
        await tx.query(
          `insert into referrals (id, tenant_id, referrer_id, referee_id, code, via, status, attributed, referrer_coins, referee_coins, release,
             hold_days, policy_version, score, reasons, checks, transaction_id, created_at, updated_at, ended_at)
           values ($1, $2, $3, $4, 'CODE', 'signup', $5, $5 <> 'refused', 50, 50, '{}', 0, 0, 0, '[]', '{}', $6, $7, $7, $8)`,
          [newId('ref', at), tenant, referrerId, refereeId, status, ['rewarded', 'reversed'].includes(status) ? 'txn_1' : null, at, ended],
        )
      }),
    inside: (work) => db.transact(tenant, work),
    async end() {
      await db.close()
      await database.drop()
    },
  }
}

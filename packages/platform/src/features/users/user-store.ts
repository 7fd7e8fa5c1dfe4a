import { Op, type Sequelize } from 'sequelize'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { mapUsers, type UserRow } from './user-row.ts'

export type NewUser = Pick<
  UserRow,
  'id' | 'hostId' | 'displayName' | 'referralCode' | 'signupReferralCode' | 'signupIp' | 'signupEmail' | 'traces' | 'createdAt'
> &
  Partial<UserChange>
export type UserChange = Pick<
  UserRow,
  | 'displayName'
  | 'phone'
  | 'email'
  | 'rateCoins'
  | 'rateSeconds'
  | 'ownRateCoins'
  | 'ownRateSeconds'
  | 'timeZone'
  | 'quietHours'
  | 'maxCallSeconds'
  | 'maxSecondsPerDay'
  | 'languages'
  | 'blocked'
  | 'tokensValidFrom'
>

export type UserStore = ReturnType<typeof createUserStore>

export function createUserStore(sequelize: Sequelize) {
  const users = mapUsers(sequelize)
  const living = (tenantId: TenantId) => ({ tenantId, deletedAt: null })
  return {
    find: (tx: Tx, tenantId: TenantId, hostId: string) =>
      users.findOne({ where: { ...living(tenantId), hostId }, transaction: tx.sequelize }),

    lock: (tx: Tx, tenantId: TenantId, hostId: string) =>
      users.findOne({ where: { ...living(tenantId), hostId }, lock: true, transaction: tx.sequelize }),

    list: (tx: Tx, tenantId: TenantId, page: { limit: number; before: string | undefined }) =>
      users.findAll({
        where: { ...living(tenantId), ...(page.before === undefined ? {} : { id: { [Op.lt]: page.before } }) },
        order: [['id', 'DESC']],
        limit: page.limit,
        transaction: tx.sequelize,
      }),

    /** undefined when the host's id or the referral code is taken. */
    async insert(tx: Tx, tenantId: TenantId, user: NewUser): Promise<UserRow | undefined> {
      const [row] = await users.bulkCreate([{ ...user, tenantId }], { ignoreDuplicates: true, transaction: tx.sequelize, returning: true })
      // `on conflict do nothing` inserts nothing then, and Sequelize gives back what it was handed.
      return row === undefined
        ? undefined
        : ((await users.findOne({ where: { tenantId, id: user.id }, transaction: tx.sequelize })) ?? undefined)
    },

    /** null when the user was deleted meanwhile: nothing is written into what is left of a person. */
    async update(tx: Tx, tenantId: TenantId, id: string, change: Partial<UserChange>): Promise<UserRow | null> {
      await users.update(change, { where: { ...living(tenantId), id }, transaction: tx.sequelize })
      return users.findOne({ where: { ...living(tenantId), id }, transaction: tx.sequelize })
    },

    /** Whether the host has used this id before, for somebody who was deleted. */
    usedBefore: async (tx: Tx, tenantId: TenantId, hostId: string) =>
      (await tx.query('select 1 from users where tenant_id = $1 and host_id = $2 and deleted_at is not null limit 1', [tenantId, hostId]))
        .length > 0,

    /** The person goes; the row stays for the calls and ledger entries that name it. */
    async erase(tx: Tx, tenantId: TenantId, id: string, now: Date): Promise<void> {
      await users.update(
        {
          displayName: 'Deleted user',
          phone: null,
          email: null,
          languages: [],
          signupReferralCode: null,
          signupIp: null,
          signupDeviceId: null,
          signupEmail: null,
          availability: 'never',
          availableUntil: null,
          timeZone: null,
          quietHours: null,
          deletedAt: now,
          tokensValidFrom: now,
        },
        { where: { tenantId, id }, transaction: tx.sequelize },
      )
      // Answers kept for retries may still name the person.
      await tx.query(
        `update idempotency_keys set body = body || '{"displayName": "Deleted user"}' where tenant_id = $1 and body ->> 'id' = $2 and body ? 'displayName'`,
        [tenantId, id],
      )
      await tx.query('delete from user_blocks where tenant_id = $1 and (user_id = $2 or blocked_id = $2)', [tenantId, id])
    },
  }
}

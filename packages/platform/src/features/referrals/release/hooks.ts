import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import { leaveTraces } from '../checks/traces.ts'
import { referralTasks, type ReferralDeps } from '../referral-deps.ts'
import { isOver } from '../referral-lifecycle.ts'
import { attributionOf } from '../referral-store.ts'
import { concernedBy, forgetIdentity, rewardedFor, waitingFor } from './release-store.ts'

/**
 * What other features tell of, each in the transaction of what happened: nothing is decided there, a task looks at the referrals that it may
 * concern. If the process dies before that commit, nothing has happened; after it, the task is there.
 */
export interface ReferralHooks {
  /** A top-up of a user (`usr_…`) was paid, or a call of theirs was charged; or money of it went back, or is disputed, or is not any more. */
  readonly onMoney: (
    of: 'topup' | 'call',
  ) => (tx: Tx, tenantId: TenantId, userId: string, what: 'paid' | 'returned', now: Date) => Promise<void>
  /** The user has named the account that they are to be paid to: its fingerprint. */
  readonly onPayee: (tx: Tx, tenantId: TenantId, userId: string, payee: Buffer, now: Date) => Promise<void>
  /** The app has blocked the user, or knows another phone or mailbox of theirs. */
  readonly onPersonChanged: (tx: Tx, tenantId: TenantId, userId: string, now: Date) => Promise<void>
  /** A number of an identity is the user's: its fingerprint. */
  readonly onIdentity: (tx: Tx, tenantId: TenantId, userId: string, identity: Buffer, now: Date) => Promise<void>
  /** Who the user is has been erased. */
  readonly onErased: (tx: Tx, tenantId: TenantId, userId: string) => void
}

type Look = (tx: Tx, tenantId: TenantId, ids: readonly string[], now: Date) => Promise<void>

const lookBy =
  ({ tasks }: Pick<ReferralDeps, 'tasks'>): Look =>
  (tx, tenantId, ids, now) =>
    tasks.add(
      tx,
      tenantId,
      ids.map((id) => referralTasks.release(id, now)),
      now,
    )

/** `onMoney` by itself, for an operator who settles a call by hand. */
export const moneyHook =
  (deps: Pick<ReferralDeps, 'tasks'>): ReferralHooks['onMoney'] =>
  (of) =>
  async (tx, tenantId, userId, what, now) => {
    const [waiting, rewarded] = await Promise.all([
      waitingFor(tx, tenantId, userId, of),
      what === 'returned' ? rewardedFor(tx, tenantId, userId, of) : [],
    ])
    await lookBy(deps)(tx, tenantId, [...waiting, ...rewarded], now)
  }

export function referralHooks(deps: Pick<ReferralDeps, 'tasks' | 'vault'>): ReferralHooks {
  const look = lookBy(deps)
  return {
    onMoney: moneyHook(deps),
    async onPersonChanged(tx, tenantId, userId, now) {
      const one = await attributionOf(tx, tenantId, userId)
      if (one !== undefined && !isOver(one.status)) await look(tx, tenantId, [one.id], now)
    },
    async onPayee(tx, tenantId, userId, payee, now) {
      leaveTraces(deps, tx, tenantId, userId, { payee }, now)
      await look(tx, tenantId, await concernedBy(tx, tenantId, userId), now)
    },
    onErased: forgetIdentity,
    async onIdentity(tx, tenantId, userId, identity, now) {
      leaveTraces(deps, tx, tenantId, userId, { identity }, now)
      await look(tx, tenantId, await concernedBy(tx, tenantId, userId), now)
    },
  }
}

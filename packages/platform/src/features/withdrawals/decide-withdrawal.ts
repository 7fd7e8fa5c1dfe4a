import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor, UserActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import { approve } from './check-payee.ts'
import { openPayee, type OpenedPayee } from './payee-account.ts'
import { approvePayee } from './payee-store.ts'
import { mayBePaid, refuseUnverified } from './request-withdrawal.ts'
import { stillOwes } from './still-owes.ts'
import { takeStep, type Turn } from './take-step.ts'
import type { WithdrawalDeps } from './withdrawal-deps.ts'
import type { Withdrawal } from './withdrawal-row.ts'
import { findWithdrawal, lockWithdrawal } from './withdrawal-store.ts'

/** Who decides, and from where. */
export interface Decider {
  readonly actor: SecretActor
  readonly ip: string
}

type Reader = UserActor | SecretActor

/** The standing first, then the row: as everybody does who takes both. */
export async function held(deps: WithdrawalDeps, tx: Tx, actor: Reader, withdrawalId: string) {
  const tenantId = actor.tenant.id
  const known = await findWithdrawal(tx, tenantId, withdrawalId)
  if (known === undefined || (actor.kind === 'user' && known.userId !== actor.userId)) return fail('not_found')
  const standing = await deps.standing(tx, tenantId, known.userId)
  const one = (await lockWithdrawal(tx, tenantId, withdrawalId)) ?? fail('not_found')
  return { standing, one, turn: { tx, tenantId, now: deps.clock.now() } satisfies Turn }
}

/** What people write may hold numbers that nobody may keep. */
const noted = (note: string | undefined): string | undefined => (note === undefined ? undefined : hideAadhaar(note))

export const tooLate = (one: Withdrawal): never => fail('conflict', { detail: `This withdrawal is ${one.status}.` })

export async function record(
  { tx, tenantId, now }: Turn,
  { actor, ip }: Decider,
  action: string,
  subject: string,
  reason: string | undefined,
) {
  await audit(tx, tenantId, actor, { action, subject, fromIp: ip, ...(reason === undefined ? {} : { reason: hideAadhaar(reason) }) }, now)
}

/**
 * A person has looked: it will be paid, and its payee, if that was in doubt, is known to be the user's own. Step, audit and Idempotency-Key are one transaction;
 * killed before its commit nothing was decided, after it the task sends it.
 */
export async function approveByServer(
  deps: WithdrawalDeps,
  tx: Tx,
  decider: Decider,
  wish: { withdrawalId: string; note?: string | undefined },
) {
  const { one, standing, turn } = await held(deps, tx, decider.actor, wish.withdrawalId)
  // Before the bank has answered there is nothing to look at.
  if (one.status !== 'requested' || !one.inReview) return tooLate(one)
  refuseUnverified(standing)
  // Whoever has looked at a sum has not looked at a name: only where the name was in doubt is the payee known from now on.
  if (one.payee.nameCheck === 'review') await approvePayee(tx, turn.tenantId, one.payee.id, turn.now)
  await record(turn, decider, 'withdrawal.approved', one.id, wish.note)
  return (await approve(deps, turn, one, decider.actor.keyId, noted(wish.note))) ?? tooLate(one)
}

/** Refuses what has not been sent; the coins come back in the same transaction. */
export async function rejectByServer(deps: WithdrawalDeps, tx: Tx, decider: Decider, wish: { withdrawalId: string; reason: string }) {
  const { one, turn } = await held(deps, tx, decider.actor, wish.withdrawalId)
  await record(turn, decider, 'withdrawal.rejected', one.id, wish.reason)
  const step = {
    event: 'reject' as const,
    actor: decider.actor.keyId,
    note: hideAadhaar(wish.reason),
    change: { reason: 'rejected_by_app' as const },
  }
  return (await takeStep(deps, turn, one, step)) ?? tooLate(one)
}

/**
 * Somebody has paid it outside of the platform. From `approved` only: what may be on its way through the provider is never said to be paid by
 * hand, and what is paid by hand is never sent. To somebody who is no longer verified, or owes coins, nothing is paid; where it has been, that
 * is written down with the reason.
 */
export async function markPaid(
  deps: WithdrawalDeps,
  tx: Tx,
  decider: Decider,
  wish: { withdrawalId: string; bankReference: string; note?: string | undefined; overrideReason?: string | undefined },
) {
  const { one, standing, turn } = await held(deps, tx, decider.actor, wish.withdrawalId)
  if (one.status !== 'approved') return tooLate(one)
  const owes = await stillOwes(turn, one.userId)
  const isDespite = owes || !mayBePaid(standing)
  if (isDespite && wish.overrideReason === undefined) {
    refuseUnverified(standing)
    fail('coins_owed')
  }
  if (isDespite) await record(turn, decider, 'withdrawal.paid_despite', one.id, wish.overrideReason)
  await record(turn, decider, 'withdrawal.marked_paid', one.id, wish.note)
  const change = { bankReference: wish.bankReference, sentAt: turn.now, paidAt: turn.now }
  return (
    (await takeStep(deps, turn, one, { event: 'mark_paid', actor: decider.actor.keyId, note: noted(wish.note), change })) ?? tooLate(one)
  )
}

/** Takes back what has not been sent. The same again answers the same. */
export async function cancelWithdrawal(deps: WithdrawalDeps, tx: Tx, actor: Reader, withdrawalId: string) {
  const { one, turn } = await held(deps, tx, actor, withdrawalId)
  const [who, reason] = actor.kind === 'user' ? [actor.userId, 'canceled_by_user' as const] : [actor.keyId, 'canceled_by_app' as const]
  return (await takeStep(deps, turn, one, { event: 'cancel', actor: who, change: { reason } })) ?? tooLate(one)
}

/** The account in full, for whoever pays by hand or looks at a doubtful name: on record before it is shown. */
export async function revealPayee(
  deps: WithdrawalDeps,
  tx: Tx,
  decider: Decider,
  wish: { withdrawalId: string; reason: string },
): Promise<OpenedPayee> {
  const tenantId = decider.actor.tenant.id
  const one = (await findWithdrawal(tx, tenantId, wish.withdrawalId)) ?? fail('not_found')
  const turn: Turn = { tx, tenantId, now: deps.clock.now() }
  await record(turn, decider, 'withdrawal.payee_revealed', one.id, wish.reason)
  return (await openPayee(deps.vault, tx, tenantId, one.payee.id)) ?? fail('not_found', { detail: 'The account has been destroyed.' })
}

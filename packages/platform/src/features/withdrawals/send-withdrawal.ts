import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import type { TaskOutcome } from '../../jobs/runner.ts'
import { PayoutError, type Payout } from '../../providers/payouts/port.ts'
import { firstAskMs } from './ask-schedule.ts'
import { payable } from './check-payee.ts'
import { hearPayout } from './hear-payout.ts'
import { mayBePaid } from './request-withdrawal.ts'
import { stillOwes } from './still-owes.ts'
import { noteChange, takeStep, type Turn } from './take-step.ts'
import { withdrawalTasks, type WithdrawalDeps } from './withdrawal-deps.ts'
import type { Withdrawal } from './withdrawal-row.ts'
import { findWithdrawal, lockWithdrawal } from './withdrawal-store.ts'

/**
 * For so long one sender may be about to send: more than its request may take. Whoever takes the user's standing away waits for the end of it,
 * so that nothing leaves after they have been answered.
 */
export const sendingMs = 20_000
/** No request is begun with less time than this left of it. */
const leastMs = 10_000
/** What was never seen at the provider so long after the last try has not arrived there. */
const lostAfterMs = 15 * 60_000

type Claim =
  | { readonly kind: 'over' }
  /** Not now. */
  | { readonly kind: 'later'; readonly at: Date }
  | { readonly kind: 'send'; readonly one: Withdrawal; readonly accountId: string }
  /** It may have been sent, and must not be sent again: its user has lost their standing. */
  | { readonly kind: 'stop'; readonly one: Withdrawal }

/**
 * Task `withdrawal.send`: gives a withdrawal to the provider. The decision, with the user's standing read once more under its lock, is
 * committed before anything leaves: the coins are in flight from then on, and only the provider's word brings them back. It is always sent
 * under the one key, so that a lost answer, a crash or two processes pay once. Killed before the decision, nothing has happened; between it
 * and the answer, the task comes again, looks for what was made, and sends the same under the same key; after the answer is stored, the
 * reconciler follows it.
 */
export async function sendTask(deps: WithdrawalDeps, { tenantId, subject: withdrawalId }: Task): Promise<TaskOutcome> {
  const known = await deps.db.transact(tenantId, (tx) => findWithdrawal(tx, tenantId, withdrawalId))
  if (known === undefined || (known.status !== 'approved' && known.status !== 'processing') || known.payoutId !== null) return undefined
  // Another process may be about to send it: what it does is seen when its time is over.
  if (known.sendingUntil !== null && known.sendingUntil > deps.clock.now()) return { again: known.sendingUntil }
  const earlier = known.sendTries === 0 ? undefined : await payable(deps, known.mode).find(withdrawalId)
  if (earlier !== undefined) return note(deps, tenantId, withdrawalId, earlier)
  const claim = await claimSending(deps, tenantId, withdrawalId)
  if (claim.kind === 'over') return undefined
  if (claim.kind === 'later') return { again: claim.at }
  if (claim.kind === 'stop') return stop(deps, tenantId, claim.one)
  return note(deps, tenantId, withdrawalId, await send(deps, claim))
}

async function claimSending(deps: WithdrawalDeps, tenantId: TenantId, withdrawalId: string): Promise<Claim> {
  const app = await deps.directory.tenant(tenantId)
  const narration = narrationOf(app?.name ?? '')
  return deps.db.transact(tenantId, async (tx): Promise<Claim> => {
    const known = await findWithdrawal(tx, tenantId, withdrawalId)
    if (known === undefined) return { kind: 'over' }
    const standing = await deps.standing(tx, tenantId, known.userId)
    const one = await lockWithdrawal(tx, tenantId, withdrawalId)
    if (one === undefined) return { kind: 'over' }
    const turn: Turn = { tx, tenantId, now: deps.clock.now() }
    const isVerified = mayBePaid(standing)
    if (one.status === 'approved') return begin(deps, turn, one, { isVerified, narration })
    if (one.status !== 'processing' || one.payoutId !== null) return { kind: 'over' }
    if (one.sendingUntil !== null && one.sendingUntil > turn.now) return { kind: 'later', at: one.sendingUntil }
    if (!isVerified) return { kind: 'stop', one }
    return claimed(await noteChange(deps, turn, one, another(one, turn.now)))
  })
}

const another = ({ sendTries }: Withdrawal, now: Date) => ({ sendingUntil: after(now, sendingMs), sendTries: sendTries + 1 })

async function begin(
  deps: WithdrawalDeps,
  turn: Turn,
  one: Withdrawal,
  { isVerified, narration }: { readonly isVerified: boolean; readonly narration: string },
): Promise<Claim> {
  if (one.method !== 'razorpayx') return { kind: 'over' }
  if (one.sendAfter > turn.now) return { kind: 'later', at: one.sendAfter }
  if (!isVerified) {
    await takeStep(deps, turn, one, { event: 'lose_kyc', actor: 'platform', change: { reason: 'kyc_lost' } })
    return { kind: 'over' }
  }
  if (await stillOwes(turn, one.userId)) {
    await takeStep(deps, turn, one, { event: 'cancel', actor: 'platform', change: { reason: 'canceled_by_app' } })
    return { kind: 'over' }
  }
  const change = { ...another(one, turn.now), narration, sentAt: turn.now }
  const decided = await takeStep(deps, turn, one, { event: 'send', actor: 'platform', change })
  return decided === undefined ? { kind: 'over' } : claimed(decided)
}

function claimed(one: Withdrawal): Claim {
  // An approval comes after the provider knows the payee.
  if (one.payee.accountId === null) throw new Error('a payee without an account was approved')
  return { kind: 'send', one, accountId: one.payee.accountId }
}

/** What the payee's bank shows: letters, digits and spaces. */
function narrationOf(appName: string): string {
  const words = appName
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9 ]/g, '')
    .replaceAll(/ +/g, ' ')
    .trim()
  return (words === '' ? 'Withdrawal' : words).slice(0, 30).trim()
}

type Told = Payout | 'refused' | 'unclear'

/** Sends it, once. */
async function send(deps: WithdrawalDeps, { one, accountId }: Extract<Claim, { kind: 'send' }>): Promise<Told> {
  const { id: reference, netAmount: amount, currency, payee, sendingUntil, narration, mode } = one
  const payouts = payable(deps, mode)
  // A process that stood still has no time left: it begins nothing that could leave after somebody was told that nothing will.
  if ((sendingUntil?.getTime() ?? 0) - deps.clock.now().getTime() < leastMs) return 'unclear'
  try {
    return await payouts.send({ reference, accountId, type: payee.type, amount, currency, narration: narration ?? '' })
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error
    deps.logger.warn('a withdrawal was not taken', { withdrawalId: reference, code: error.providerCode ?? error.kind })
    if (error.kind !== 'refused') return 'unclear'
    // It may refuse because it has the payout of an earlier try.
    return (await payouts.find(reference).catch(() => 'unclear' as const)) ?? 'refused'
  }
}

const soonMs = 3_000
const longestGapMs = 15 * 60_000

/** The request is over, whatever came of it: nobody has to wait for it any more. */
async function note(deps: WithdrawalDeps, tenantId: TenantId, withdrawalId: string, told: Told): Promise<TaskOutcome> {
  return deps.db.transact(tenantId, async (tx): Promise<TaskOutcome> => {
    const one = await lockWithdrawal(tx, tenantId, withdrawalId)
    if (one?.status !== 'processing') return undefined
    const turn: Turn = { tx, tenantId, now: deps.clock.now() }
    if (told === 'unclear' || (told === 'refused' && mayStillArrive(one, turn.now))) {
      // Over, but not forgotten: from then on it is counted when what was sent has surely not arrived.
      await noteChange(deps, turn, one, { sendingUntil: turn.now })
      return { again: after(turn.now, Math.min(longestGapMs, soonMs * one.sendTries ** 2)) }
    }
    if (told === 'refused') return void (await giveUp(deps, turn, one, 'other'))
    await hearPayout(deps, turn, one, told)
    return deps.tasks.add(tx, tenantId, [withdrawalTasks.ask(withdrawalId, after(turn.now, firstAskMs))], turn.now)
  })
}

/** An earlier try was not answered: that this one is refused says nothing of it, and the provider may be at work on it. */
const mayStillArrive = ({ sendTries, sentAt }: Withdrawal, now: Date): boolean =>
  sendTries > 1 && sentAt !== null && after(sentAt, lostAfterMs) > now

const giveUp = (deps: WithdrawalDeps, turn: Turn, one: Withdrawal, reason: 'other' | 'kyc_lost') =>
  takeStep(deps, turn, one, { event: 'payout_failed', actor: one.method, change: { reason, sendingUntil: null } })

/** The provider knows of none, and none is sent any more: after a while it is certain that none ever arrived. */
async function stop(deps: WithdrawalDeps, tenantId: TenantId, { id, sentAt, sendingUntil }: Withdrawal): Promise<TaskOutcome> {
  const surelyAt = after(sendingUntil ?? sentAt ?? deps.clock.now(), lostAfterMs)
  if (surelyAt > deps.clock.now()) return { again: surelyAt }
  await deps.db.transact(tenantId, async (tx) => {
    const one = await lockWithdrawal(tx, tenantId, id)
    if (one?.status !== 'processing' || one.payoutId !== null) return
    await giveUp(deps, { tx, tenantId, now: deps.clock.now() }, one, 'kyc_lost')
  })
  return undefined
}

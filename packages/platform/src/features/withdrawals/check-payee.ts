import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import type { TaskOutcome } from '../../jobs/runner.ts'
import { PayoutError, type AccountCheck, type PayeeWish, type Payouts } from '../../providers/payouts/port.ts'
import { matchNames, type PayoutStanding } from '../kyc/index.ts'
import { openPayee, sealName } from './payee-account.ts'
import { storeAccount, storeCheck, storeNameCheck } from './payee-store.ts'
import { noteChange, takeStep, tell, type Turn } from './take-step.ts'
import { termsOf, type WithdrawalTermsSet } from './terms.ts'
import { withdrawalTasks, type WithdrawalDeps } from './withdrawal-deps.ts'
import type { NameCheck, Withdrawal } from './withdrawal-row.ts'
import { findWithdrawal, isCheckedByEarlier, lockWithdrawal } from './withdrawal-store.ts'

/** The bank answers within seconds, as a rule; after three days somebody has to look. */
const soonMs = 3_000
const longestGapMs = 30 * 60_000
/** For one that waits for another's answer. */
const longestTurnMs = 15_000
const asksForMs = 3 * 24 * 3_600_000

/**
 * Task `withdrawal.check`: finds out whose account it is, once a payee, and then decides: what clearly is the user's own and within the app's
 * rules is approved, what clearly is somebody else's is refused, and all else waits for a person. Nothing waits for the provider inside a
 * transaction; killed at any point, it is asked again, at worst twice for one answer, and no money has moved.
 */
export async function checkTask(deps: WithdrawalDeps, { tenantId, subject: withdrawalId }: Task): Promise<TaskOutcome> {
  const { known, isAskedBefore } = await deps.db.transact(tenantId, async (tx) => {
    const found = await findWithdrawal(tx, tenantId, withdrawalId)
    const isNew = found?.payee.checkState === 'new' || found?.payee.checkState === 'asked'
    return { known: found, isAskedBefore: isNew && (await isCheckedByEarlier(tx, tenantId, { id: withdrawalId, payeeId: found.payee.id })) }
  })
  if (known?.status !== 'requested' || known.inReview) return undefined
  // The bank is asked once about one payee, and may want money for it.
  if (isAskedBefore) return { again: nextLook(deps, known, longestTurnMs) }
  if (known.method === 'razorpayx' && (await lookAtPayee(deps, tenantId, known)) === 'asked') return { again: nextLook(deps, known) }
  await decide(deps, tenantId, withdrawalId)
  return undefined
}

function nextLook({ clock }: WithdrawalDeps, { createdAt }: Withdrawal, longestMs = longestGapMs): Date {
  const ageMs = clock.now().getTime() - createdAt.getTime()
  return after(clock.now(), Math.min(longestMs, Math.max(soonMs, ageMs)))
}

/** Sees to it that the provider knows the payee and the bank has been asked about them. `asked`: the bank has not answered yet. */
async function lookAtPayee(deps: WithdrawalDeps, tenantId: TenantId, { mode, payee, userId, createdAt }: Withdrawal) {
  if (payee.accountId !== null && payee.checkState !== 'new' && payee.checkState !== 'asked') return 'answered'
  const payouts = payable(deps, mode)
  const wish = await wishOf(deps, tenantId, payee.id, userId)
  const now = () => deps.clock.now()
  let refusal: 'invalid' | 'unclear' = 'invalid'
  try {
    if (payee.accountId === null) {
      const accountId = await payouts.register(wish)
      await deps.db.transact(tenantId, (tx) => storeAccount(tx, tenantId, payee.id, accountId, now()))
    }
    // It knows the account: what it refuses from here on is our question, and says nothing of whose it is.
    refusal = 'unclear'
    const answer = payee.checkId === null ? await payouts.check(wish) : await payouts.readCheck(payee.checkId)
    const isTooLate = answer.state === 'asked' && now().getTime() - createdAt.getTime() >= asksForMs
    await store(deps, tenantId, payee.id, isTooLate ? { id: answer.id, state: 'unclear' } : answer)
    return answer.state === 'asked' && !isTooLate ? 'asked' : 'answered'
  } catch (error) {
    // It answers, and takes no such account, or no such question.
    if (!(error instanceof PayoutError) || error.kind !== 'refused') throw error
    deps.logger.warn('a payee was refused', { payeeId: payee.id, code: error.providerCode })
    await deps.db.transact(tenantId, (tx) =>
      storeCheck(tx, tenantId, payee.id, { checkId: null, state: refusal, registeredName: undefined }, now()),
    )
    return 'answered'
  }
}

/** Whoever sends money in this mode. */
export function payable(deps: WithdrawalDeps, mode: Withdrawal['mode']): Payouts {
  const payouts = deps.payoutsOf(mode)
  if (payouts === undefined) throw new PayoutError('not_sent', 'not configured')
  return payouts
}

async function wishOf({ db, vault, standing }: WithdrawalDeps, tenantId: TenantId, payeeId: string, userId: string): Promise<PayeeWish> {
  const { name, opened } = await db.transact(tenantId, async (tx) => ({
    name: (await standing(tx, tenantId, userId)).name,
    opened: await openPayee(vault, tx, tenantId, payeeId),
  }))
  if (opened === undefined) throw new Error('the payee has been destroyed')
  const { account } = opened
  // The contact is the person; a lost standing is found when it is decided.
  const common = { reference: payeeId, name: name ?? 'Payee' }
  if (account.type === 'upi') return { ...common, type: 'upi', vpa: account.vpa }
  return { ...common, type: 'bank', ifsc: account.ifsc, accountNumber: account.accountNumber, holder: account.name }
}

async function store({ db, vault, clock }: WithdrawalDeps, tenantId: TenantId, payeeId: string, answer: AccountCheck): Promise<void> {
  const registeredName = answer.state === 'known' ? sealName(vault, tenantId, payeeId, answer.registeredName) : undefined
  await db.transact(tenantId, (tx) =>
    storeCheck(tx, tenantId, payeeId, { checkId: answer.id, state: answer.state, registeredName }, clock.now()),
  )
}

async function decide(deps: WithdrawalDeps, tenantId: TenantId, withdrawalId: string): Promise<void> {
  const app = await deps.directory.tenant(tenantId)
  if (app === undefined) return
  await deps.db.transact(tenantId, async (tx) => {
    const known = await findWithdrawal(tx, tenantId, withdrawalId)
    if (known === undefined) return
    const standing = await deps.standing(tx, tenantId, known.userId)
    const one = await lockWithdrawal(tx, tenantId, withdrawalId)
    if (one?.status !== 'requested' || one.inReview) return
    const turn: Turn = { tx, tenantId, now: deps.clock.now() }
    if (standing.status !== 'verified' || !standing.adult)
      return void (await takeStep(deps, turn, one, { event: 'lose_kyc', actor: 'platform', change: { reason: 'kyc_lost' } }))
    const nameCheck = await compareNames(deps, turn, one, standing)
    await conclude(deps, turn, { ...one, payee: { ...one.payee, nameCheck } }, termsOf(app))
  })
}

/** The name at the bank beside the verified one, each time anew: either may have changed. */
async function compareNames(
  { vault }: WithdrawalDeps,
  { tx, tenantId, now }: Turn,
  one: Withdrawal,
  { name }: PayoutStanding,
): Promise<NameCheck> {
  const { payee, method } = one
  // Whoever pays by hand sees the name before they pay.
  if (method === 'hand') return payee.nameCheck
  const opened = await openPayee(vault, tx, tenantId, payee.id)
  const theirs = payee.checkState === 'known' ? (opened?.registeredName ?? null) : null
  const compared = theirs === null || name === null ? ('review' as const) : matchNames(name, theirs)
  const check = payee.checkState === 'invalid' ? ('invalid' as const) : compared
  if (check !== payee.nameCheck) await storeNameCheck(tx, tenantId, payee.id, check, now)
  return check
}

async function conclude(deps: WithdrawalDeps, turn: Turn, one: Withdrawal, terms: WithdrawalTermsSet): Promise<void> {
  const { payee, coins, method } = one
  const refuse = (reason: 'payee_invalid' | 'payee_name_mismatch') =>
    takeStep(deps, turn, one, { event: 'reject', actor: 'platform', change: { reason } })
  const isApproved = payee.approvedAt !== null
  if (payee.nameCheck === 'invalid') return void (await refuse('payee_invalid'))
  if (payee.nameCheck === 'mismatch' && !isApproved) return void (await refuse('payee_name_mismatch'))
  // A name that came to differ since somebody has looked is looked at again.
  const isClear = method === 'hand' || payee.nameCheck === 'match' || (isApproved && payee.nameCheck === 'review')
  const isWithinRules = terms.approval === 'automatic' && (terms.reviewAboveCoins === null || coins <= terms.reviewAboveCoins)
  if (isClear && isWithinRules) return void (await approve(deps, turn, one, 'platform'))
  const waiting = await noteChange(deps, turn, one, { inReview: true })
  await tell(turn, waiting, 'withdrawal.review_needed')
}

/** From now on it will be paid, at its time. */
export async function approve(
  deps: WithdrawalDeps,
  turn: Turn,
  one: Withdrawal,
  actor: string,
  note?: string,
): Promise<Withdrawal | undefined> {
  const approved = await takeStep(deps, turn, one, { event: 'approve', actor, note, change: { approvedAt: turn.now } })
  if (approved?.method === 'razorpayx')
    await deps.tasks.add(turn.tx, turn.tenantId, [withdrawalTasks.send(one.id, approved.sendAfter)], turn.now)
  return approved
}

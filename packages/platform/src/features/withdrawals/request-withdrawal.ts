import { after } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId, UserActor } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { balancesOf, collectOwed, moveWithdrawal, owedCoins } from '../wallet/index.ts'
import type { PayoutStanding } from '../kyc/index.ts'
import { dayStart, financialYear, monthStart, yearBounds } from './indian-time.ts'
import { linesOf } from './money-lines.ts'
import { displayOf, fingerprintOf, sealAccount } from './payee-account.ts'
import { findPayee, fingerprintOfPayee, upsertPayee } from './payee-store.ts'
import { tell } from './take-step.ts'
import { coolingHoursOf, methodOf, termsOf, type WithdrawalTermsSet } from './terms.ts'
import { withdrawalTasks, type WithdrawalDeps } from './withdrawal-deps.ts'
import type { Payee, PayeeAccount, Withdrawal } from './withdrawal-row.ts'
import { findWithdrawal, insertStep, insertWithdrawal, takeTurn, withdrawnSince } from './withdrawal-store.ts'

export interface WithdrawalWish {
  readonly coins: number
  readonly payee: PayeeAccount | { readonly type: 'saved'; readonly payeeId: string }
}

const hourMs = 3_600_000

/**
 * Holds the coins, and says to whom and for how much: standing, debts, limits, tax, row, coins, event, tasks and Idempotency-Key are one
 * transaction. The user's standing is held from its first line, so that a rejection waits for it or it for the rejection. Killed before its
 * commit, nothing was asked for; after it, the tasks go on.
 */
export async function requestWithdrawal(deps: WithdrawalDeps, tx: Tx, actor: UserActor, wish: WithdrawalWish): Promise<Withdrawal> {
  const { tenant, userId } = actor
  const app = (await deps.directory.tenant(tenant.id)) ?? fail('not_found')
  const terms = termsOf(app)
  if (!terms.enabled) fail('withdrawals_disabled')
  const standing = await deps.standing(tx, tenant.id, userId)
  refuseUnverified(standing)
  const now = deps.clock.now()
  await takeTurn(tx, tenant.id, userId)
  await refuseWithout(tx, tenant.id, userId, wish.coins, now)
  const used = await withinLimits(tx, tenant.id, userId, { coins: wish.coins, terms, now })
  const payee = await payeeOf(deps, tx, actor, wish.payee, now)
  const lines =
    linesOf({ coins: wish.coins, currency: app.currency, at: now, earlier: used.year, hasTaxId: standing.hasTaxId }, terms) ??
    fail('withdrawal_limit', { detail: 'Fee and tax would leave too little, or it is more than a bank pays at once.' })
  const method = methodOf(terms, { currency: app.currency, canSend: deps.payoutsOf(tenant.mode) !== undefined })
  if (payee.type === 'upi' && method === 'razorpayx' && lines.netAmount > mostByUpi)
    fail('withdrawal_limit', { detail: 'UPI pays at most one lakh rupees at once: ask for less, or give a bank account.' })
  const cooled = after(payee.createdAt, coolingHoursOf(terms, tenant.mode) * hourMs)
  const id = newId('wdr', now)
  await insertWithdrawal(tx, tenant.id, {
    id,
    userId,
    payeeId: payee.id,
    mode: tenant.mode,
    method,
    coins: wish.coins,
    ...lines,
    currency: app.currency,
    sendAfter: cooled > now ? cooled : now,
    createdAt: now,
  })
  const transactionId = await moveWithdrawal(
    tx,
    tenant.id,
    { withdrawalId: id, userId, coins: wish.coins, from: 'earned', to: 'held' },
    now,
  )
  insertStep(
    tx,
    tenant.id,
    { withdrawalId: id, event: 'request', from: null, to: 'requested', actor: userId, note: null, transactionId },
    now,
  )
  // Once the coins are held: whoever settles money takes accounts first, and then the tasks of those who hear of it.
  const account = await fingerprintOfPayee(tx, tenant.id, payee.id)
  if (account !== undefined) await deps.onPayee?.(tx, tenant.id, userId, account, now)
  const made = (await findWithdrawal(tx, tenant.id, id)) ?? fail('not_found')
  await tell({ tx, tenantId: tenant.id, now }, made, 'withdrawal.requested')
  await deps.tasks.add(tx, tenant.id, [withdrawalTasks.check(id), withdrawalTasks.announce(id)], now)
  return made
}

const mostByUpi = 100_000 * 100

export const mayBePaid = ({ status, adult }: PayoutStanding): boolean => status === 'verified' && adult

/** Only a verified grown-up takes money out. */
export function refuseUnverified({ status, adult }: PayoutStanding): void {
  if (status !== 'verified') fail('kyc_required')
  if (!adult) fail('kyc_required', { detail: 'Only a person of 18 or more can take money out.' })
}

/** What is owed is paid first, from what was earned; then there must be enough. */
async function refuseWithout(tx: Tx, tenantId: TenantId, userId: string, coins: number, now: Date): Promise<void> {
  await collectOwed(tx, tenantId, userId, now)
  if ((await owedCoins(tx, tenantId, userId)) > 0) fail('coins_owed')
  const earned = (await balancesOf(tx, tenantId, userId))?.buckets.earned ?? 0
  if (earned < coins) fail('insufficient_balance', { detail: `${earned} earned coins can be withdrawn.` })
}

async function withinLimits(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  { coins, terms, now }: { readonly coins: number; readonly terms: WithdrawalTermsSet; readonly now: Date },
) {
  if (coins < terms.minCoins) fail('withdrawal_limit', { detail: `The fewest coins that can be withdrawn are ${terms.minCoins}.` })
  const since = { day: dayStart(now), month: monthStart(now), year: yearBounds(financialYear(now)).from }
  const used = await withdrawnSince(tx, tenantId, userId, since)
  const left = Math.min(terms.dailyCoins - used.dayCoins, terms.monthlyCoins - used.monthCoins)
  if (coins > left) fail('withdrawal_limit', { detail: `At most ${Math.max(0, left)} coins more can be withdrawn now.` })
  return used
}

async function payeeOf(
  { vault }: WithdrawalDeps,
  tx: Tx,
  { tenant, userId }: UserActor,
  wish: WithdrawalWish['payee'],
  now: Date,
): Promise<Payee> {
  if (wish.type === 'saved')
    return (
      (await findPayee(tx, tenant.id, userId, wish.payeeId)) ??
      fail('invalid_request', { errors: [{ pointer: '/payee/payeeId', detail: 'is none of this user’s payees' }] })
    )
  const id = newId('pay', now)
  const named = {
    id,
    userId,
    type: wish.type,
    fingerprint: fingerprintOf(vault, tenant.id, wish),
    display: displayOf(wish),
    sealed: sealAccount(vault, tenant.id, id, wish),
  }
  return (await upsertPayee(tx, tenant.id, named, now)) ?? fail('internal')
}

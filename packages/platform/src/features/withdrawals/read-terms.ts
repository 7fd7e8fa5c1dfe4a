import { fail } from '../../base/problem.ts'
import type { UserActor } from '../../base/tenant.ts'
import { balancesOf, owedCoins } from '../wallet/index.ts'
import { dayStart, financialYear, monthStart, yearBounds } from './indian-time.ts'
import { linesOf } from './money-lines.ts'
import { listPayees } from './payee-store.ts'
import { presentPayee } from './present-withdrawal.ts'
import { coolingHoursOf, methodOf, termsOf } from './terms.ts'
import type { WithdrawalDeps } from './withdrawal-deps.ts'
import { withdrawnSince } from './withdrawal-store.ts'

const shownPayees = 10

/** What a user may do now. It decides nothing: the request itself is asked anew. */
export async function readTerms(deps: WithdrawalDeps, { tenant, userId }: UserActor, coins: number | undefined) {
  const app = (await deps.directory.tenant(tenant.id)) ?? fail('not_found')
  const terms = termsOf(app)
  const now = deps.clock.now()
  const since = { day: dayStart(now), month: monthStart(now), year: yearBounds(financialYear(now)).from }
  const { standing, owed, earned, used, payees } = await deps.db.transact(tenant.id, async (tx) => ({
    standing: await deps.standing(tx, tenant.id, userId),
    owed: await owedCoins(tx, tenant.id, userId),
    earned: (await balancesOf(tx, tenant.id, userId))?.buckets.earned ?? 0,
    used: await withdrawnSince(tx, tenant.id, userId, since),
    payees: await listPayees(tx, tenant.id, userId, shownPayees),
  }))
  const dailyCoinsLeft = Math.max(0, terms.dailyCoins - used.dayCoins)
  const monthlyCoinsLeft = Math.max(0, terms.monthlyCoins - used.monthCoins)
  const withdrawable = owed > 0 ? 0 : earned
  const maxCoins = Math.min(withdrawable, dailyCoinsLeft, monthlyCoinsLeft)
  const { hasTaxId } = standing
  const lines = coins === undefined ? undefined : linesOf({ coins, currency: app.currency, at: now, earlier: used.year, hasTaxId }, terms)
  const isVerified = standing.status === 'verified' && standing.adult
  return {
    obstacle: obstacleOf({ enabled: terms.enabled, isVerified, owed, withdrawable, maxCoins, minCoins: terms.minCoins }),
    withdrawable,
    minCoins: terms.minCoins,
    maxCoins,
    dailyCoinsLeft,
    monthlyCoinsLeft,
    coinAmount: terms.coinAmount,
    currency: app.currency,
    coolingHours: coolingHoursOf(terms, tenant.mode),
    method: methodOf(terms, { currency: app.currency, canSend: deps.payoutsOf(tenant.mode) !== undefined }),
    payees: payees.map(presentPayee),
    quote: coins === undefined || lines === undefined ? null : { coins, ...lines, currency: app.currency },
  }
}

interface Situation {
  readonly enabled: boolean
  readonly isVerified: boolean
  readonly owed: number
  readonly withdrawable: number
  readonly maxCoins: number
  readonly minCoins: number
}

function obstacleOf({ enabled, isVerified, owed, withdrawable, maxCoins, minCoins }: Situation) {
  if (!enabled) return 'withdrawals_disabled' as const
  if (!isVerified) return 'kyc_required' as const
  if (owed > 0) return 'coins_owed' as const
  if (withdrawable < minCoins) return 'insufficient_balance' as const
  return maxCoins < minCoins ? ('withdrawal_limit' as const) : null
}

import type { ReferralPolicy } from '@impacthub/sdk/contract'
import { Problem } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { CheckName, Verdict } from './checks/facts.ts'
import { gatherFacts } from './checks/gather-facts.ts'
import { leaveTraces, lockTraces, tracesOf } from './checks/traces.ts'
import { judge } from './checks/verdict.ts'
import { ownerOfCode } from './code-store.ts'
import { keepEntry, type Pair } from './keep-entry.ts'
import type { ReferralDeps } from './referral-deps.ts'
import type { Referral } from './referral-row.ts'
import { lockTotals } from './referral-store.ts'
import type { PolicyNow } from './release/judge-again.ts'
import { referrerFacts, takeAppTurn } from './referrer-facts-store.ts'
import type { Turn } from './take-step.ts'

/** A code that a user enters, or that came with them. */
export interface CodeEntry {
  readonly referee: Pair['referee']
  /** As `enteredCode` of the contract leaves it. */
  readonly code: string
  readonly via: Referral['via']
  readonly deviceId?: string | undefined
  readonly ip?: string | undefined
  readonly rules: PolicyNow
}

const refusal = (check: CheckName): Verdict => ({ outcome: 'refuse', score: 0, reasons: [{ check, effect: 'refuse', points: 0 }] })

/**
 * Judges a code and gives the coins, or keeps why not. Traces, verdict, row, coins, event and tasks are the caller's one transaction: killed
 * before its commit, no code was entered; after it, the tasks go on. Locks are taken in this order, by everybody who decides about referrals:
 * traces of the new user (sorted), totals of both sides (in the order of their ids), the turn of the app where its day is limited, the referral,
 * and last the ledger's accounts. No network is waited for while they are held.
 */
export async function redeem(
  deps: ReferralDeps,
  tx: Tx,
  tenantId: TenantId,
  { referee, code, via, deviceId, ip, rules: { policy, version } }: CodeEntry,
  { postponed } = { postponed: false },
): Promise<Referral> {
  const brought = { deviceId, ip }
  await lockTraces(tx, tenantId, referee.id, tracesOf(deps, tenantId, brought))
  const referrer = (await ownerOfCode(tx, tenantId, code)) ?? null
  await lockTotals(tx, tenantId, referrer === null ? [referee.id] : [referrer.id, referee.id])
  if (policy.caps.perAppPerDay !== null) await takeAppTurn(tx, tenantId)
  // Whoever had the locks before has a time before this one.
  const now = deps.clock.now()
  leaveTraces(deps, tx, tenantId, referee.id, brought, now)
  const turn = { tx, tenantId, now }
  const verdict = await verdictOf(turn, { policy, referee, referrer })
  return keepEntry(deps, turn, { referee, referrer, code, via, policy, policyVersion: version, verdict, postponed })
}

async function verdictOf(
  { tx, tenantId, now }: Turn,
  { policy, referee, referrer }: Pair & { readonly policy: ReferralPolicy },
): Promise<Verdict> {
  if (!policy.enabled) return refusal('programme_off')
  if (referrer === null) return refusal('unknown_code')
  const pair = { refereeId: referee.id, referrerId: referrer.id, at: now }
  const known = referrerFacts(tx, tenantId, { ...pair, appCap: policy.caps.perAppPerDay })
  return judge(policy, await gatherFacts(tx, tenantId, { ...pair, policy, known }))
}

/**
 * The same for a user who is just being made, in that transaction: whatever becomes of the code, the user is made, and the answer says nothing
 * of it. What cannot be given now (the ledger is frozen) is given by a task.
 */
export async function redeemAtSignup(deps: ReferralDeps, tx: Tx, tenantId: TenantId, entry: Omit<CodeEntry, 'via'>): Promise<void> {
  if (entry.code === '') return
  const whole = { ...entry, via: 'signup' as const }
  try {
    await tx.savepoint(() => redeem(deps, tx, tenantId, whole))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    await redeem(deps, tx, tenantId, whole, { postponed: true })
  }
}

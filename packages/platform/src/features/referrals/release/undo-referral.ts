import { audit, type InnerActor } from '../../../db/audit.ts'
import type { SecretActor } from '../../../base/tenant.ts'
import type { ReferralDeps } from '../referral-deps.ts'
import type { Attribution } from '../referral-row.ts'
import { takeStep, type Judgement, type Turn } from '../take-step.ts'

/** Why and for whom a referral comes to nothing. */
export interface Undoing {
  readonly actor: SecretActor | InnerActor
  readonly fromIp?: string | undefined
  /** For the record. */
  readonly note: string
  readonly judgement?: Judgement | undefined
  /** chain: so do those that the new user brought in turn. */
  readonly cascade: 'none' | 'chain'
  /** How many referrals upwards it began; 0: here. */
  readonly depth: number
}

/** What goes on by itself after a referral came to nothing. */
export const undoTasks = {
  /** Has those undone that the new user of this one brought. */
  cascade: (referralId: string, payload: CascadePayload) => ({ kind: 'referral.cascade', subject: referralId, payload: { ...payload } }),
  /** Undoes one of them. */
  undo: (referralId: string, payload: CascadePayload) => ({ kind: 'referral.undo', subject: referralId, payload: { ...payload } }),
} as const

export interface CascadePayload {
  /** `ref_…`: the one that it hangs on. */
  readonly origin: string
  readonly depth: number
}

/** Referrals downwards; honest chains are shorter, and no work is without an end. */
export const deepest = 50

/**
 * Takes both sides' coins back, or keeps them from being given. Row, coins, evidence, audit, event and what follows for others are the
 * caller's one transaction, which holds the referral; killed before its commit nothing has happened. Undefined: it had come to nothing before.
 */
export async function undoReferral(
  deps: Pick<ReferralDeps, 'tasks'>,
  turn: Turn,
  before: Attribution,
  { actor, fromIp, note, judgement, cascade, depth }: Undoing,
): Promise<Attribution | undefined> {
  const { tx, tenantId, now } = turn
  const event = before.status === 'rewarded' ? 'reverse' : 'refuse'
  const by = typeof actor === 'string' ? actor : actor.keyId
  const undone = await takeStep(deps, turn, before, { event, actor: by, note, judgement })
  if (undone === undefined) return undefined
  const details = { from: before.status, transactionId: undone.transactionId, cascade }
  await audit(
    tx,
    tenantId,
    actor,
    { action: `referral.${undone.status}`, subject: before.id, reason: note, ...(fromIp === undefined ? {} : { fromIp }), details },
    now,
  )
  if (cascade === 'chain') await handOn(deps, turn, before.id, depth)
  return undone
}

/** Has those undone that the new user of this one brought in turn. */
export async function handOn(
  { tasks }: Pick<ReferralDeps, 'tasks'>,
  { tx, tenantId, now }: Turn,
  referralId: string,
  depth: number,
): Promise<void> {
  if (depth < deepest) await tasks.add(tx, tenantId, [undoTasks.cascade(referralId, { origin: referralId, depth })], now)
}

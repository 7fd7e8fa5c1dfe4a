import { setAlarm } from '../../kit/alarms.ts'
import { randomInt } from 'node:crypto'
import { tellAbout } from '../events.ts'
import type { World } from '../world.ts'
import { fateOf, nameFateOf } from './behaviour.ts'
import type { Payout, PayoutStatus, Validation } from './entities.ts'
import { presentPayout, presentValidation } from './present.ts'

const THREE_DAYS_MS = 3 * 24 * 3_600_000
/** How long what was processed stays so, where it comes back. */
const COMES_BACK_AFTER_MS = 5_000

const utr = (): string => Array.from({ length: 12 }, () => randomInt(10)).join('')

/** Tells of a payout under the name of what happened to it. */
function tell(world: World, event: string, payout: Payout, atMs: number): void {
  tellAbout(world, event, { about: payout.id, key: payout.id, payload: { payout: { entity: presentPayout(payout) } } }, atMs)
}

/** Gives it to the bank, if there is money for it. */
export function begin(world: World, payout: Payout, atMs: number): void {
  const account = world.store.fundAccounts.all.get(payout.fundAccountId)
  const fate = account === undefined ? 'success' : fateOf(account.details)
  const isWaiting = payout.amount > world.settings.balance || (fate === 'queued' && payout.status === 'pending')
  if (isWaiting) {
    payout.status = 'queued'
    payout.reason = 'low_balance'
    tell(world, 'payout.queued', payout, atMs)
    return touchPayout(world, payout)
  }
  world.settings.balance -= payout.amount
  payout.status = 'processing'
  payout.reason = fate === 'doubt' ? 'beneficiary_bank_confirmation_pending' : null
  const afterMs = world.settings.payoutAfterMs
  if (fate === 'failure') payout.due = { failed: atMs + afterMs }
  else if (fate === 'doubt') payout.due = { processed: atMs + THREE_DAYS_MS }
  else payout.due = { processed: atMs + afterMs }
  tell(world, 'payout.initiated', payout, atMs)
  touchPayout(world, payout)
}

const words: Readonly<Record<PayoutStatus, string>> = {
  pending: 'payout.pending',
  queued: 'payout.queued',
  scheduled: 'payout.updated',
  processing: 'payout.initiated',
  processed: 'payout.processed',
  reversed: 'payout.reversed',
  rejected: 'payout.rejected',
  cancelled: 'payout.updated',
  failed: 'payout.failed',
}

const mayFollow: Readonly<Record<PayoutStatus, readonly PayoutStatus[]>> = {
  pending: ['queued', 'processing', 'rejected', 'cancelled'],
  queued: ['processing', 'cancelled', 'failed'],
  scheduled: ['processing', 'cancelled'],
  processing: ['processed', 'failed', 'reversed'],
  processed: ['reversed'],
  failed: ['reversed'],
  reversed: [],
  rejected: [],
  cancelled: [],
}

/** Moves it on, as a bank or somebody at the dashboard does. False if it cannot go there. */
export function movePayout(world: World, payout: Payout, status: PayoutStatus, atMs: number, reason?: string): boolean {
  if (!mayFollow[payout.status].includes(status)) return false
  const cameBack = status === 'reversed' || status === 'failed'
  if (cameBack && payout.status !== 'queued') world.settings.balance += payout.amount
  payout.status = status
  payout.due = {}
  payout.reason = reason ?? (cameBack ? 'beneficiary_bank_failure' : null)
  if (status === 'processed') {
    payout.utr = utr()
    const account = world.store.fundAccounts.all.get(payout.fundAccountId)
    if (account !== undefined && fateOf(account.details) === 'reversed') payout.due = { reversed: atMs + COMES_BACK_AFTER_MS }
  }
  tell(world, words[status], payout, atMs)
  touchPayout(world, payout)
  return true
}

/** Keeps the payout, and sets the alarm for what happens to it next. */
export function touchPayout(world: World, payout: Payout): void {
  world.store.payouts.save(payout.id, payout)
  setAlarm(world, payout.id, payout, ['processed', 'failed', 'reversed'], (kind, atMs) => void movePayout(world, payout, kind, atMs))
}

/** Money came in: what waits for it goes, the oldest first. */
export function setBalance(world: World, balance: number, atMs: number): void {
  world.settings.balance = balance
  for (const payout of world.store.payouts.all.values()) if (payout.status === 'queued') begin(world, payout, atMs)
}

/** Keeps the validation, and sets the alarm for the bank's answer. */
export function touchValidation(world: World, validation: Validation): void {
  world.store.validations.save(validation.id, validation)
  setAlarm(world, validation.id, validation, ['answer'], (_kind, atMs) => {
    validation.status = nameFateOf(validation.details) === 'unavailable' ? 'failed' : 'completed'
    world.store.validations.save(validation.id, validation)
    const payload = { 'fund_account.validation': { entity: presentValidation(validation) } }
    tellAbout(world, `fund_account.validation.${validation.status}`, { about: validation.id, key: validation.id, payload }, atMs)
  })
}

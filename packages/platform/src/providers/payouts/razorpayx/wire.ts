import * as z from 'zod'
import type { AccountCheck, Payout, PayoutFailure, PayoutNews, PayoutState } from '../port.ts'

/** What RazorpayX says, and what it means in our words. Only what is read here is ever kept: no account number comes back in. */

const id = (kind: string) => z.string().regex(new RegExp(`^${kind}_[A-Za-z0-9]{1,40}$`))
const amount = z.int().min(0).max(Number.MAX_SAFE_INTEGER)

export const contactWire = z.object({ id: id('cont') })
export const accountWire = z.object({ id: id('fa') })

export const checkWire = z.object({
  id: id('fav'),
  // Words that come one day are no reason to lose the rest: they mean nothing yet.
  status: z.string().max(64),
  validation_results: z
    .object({
      account_status: z.string().max(64).nullish(),
      registered_name: z.string().max(200).nullish(),
    })
    .nullish(),
})

/** A bank that knows the account and tells no name is as good as none that answers: nobody can say whose it is. */
export function checkOf({ id: checkId, status, validation_results: results }: z.output<typeof checkWire>): AccountCheck {
  if (status === 'failed') return { id: checkId, state: 'unclear' }
  if (status !== 'completed') return { id: checkId, state: 'asked' }
  if (results?.account_status === 'invalid') return { id: checkId, state: 'invalid' }
  const registeredName = results?.registered_name?.trim() ?? ''
  if (results?.account_status !== 'active' || registeredName === '') return { id: checkId, state: 'unclear' }
  return { id: checkId, state: 'known', registeredName }
}

export const payoutWire = z.object({
  id: id('pout'),
  reference_id: z.string().max(64).nullish(),
  status: z.string().max(64),
  amount,
  currency: z.string().regex(/^[A-Z]{3}$/),
  utr: z.string().max(64).nullish(),
  status_details: z
    .object({ reason: z.string().max(128).nullish() })
    .nullish()
    .catch(null),
})

export const payoutsWire = z.object({ items: z.array(payoutWire).max(1_000) })

const states: Readonly<Record<string, PayoutState>> = {
  pending: 'waiting',
  queued: 'waiting',
  scheduled: 'waiting',
  processing: 'processing',
  processed: 'paid',
  reversed: 'returned',
  rejected: 'failed',
  cancelled: 'failed',
  failed: 'failed',
}

const failures: Readonly<Record<string, PayoutFailure>> = {
  beneficiary_vpa_invalid: 'payee_invalid',
  bank_account_invalid: 'payee_invalid',
  invalid_ifsc_code: 'payee_invalid',
  bank_account_closed: 'payee_blocked',
  bank_account_frozen: 'payee_blocked',
  bank_account_dormant: 'payee_blocked',
  imps_not_allowed: 'payee_blocked',
  transaction_limit_exceeded: 'bank_limit',
  beneficiary_bank_offline: 'bank_unavailable',
  beneficiary_bank_failure: 'bank_unavailable',
  gateway_down: 'bank_unavailable',
  gateway_timeout: 'bank_unavailable',
  npci_beneficiary_timeout: 'bank_unavailable',
}

const known = <Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined

export function payoutOf(wire: z.output<typeof payoutWire>): Payout {
  const state = known(states, wire.status) ?? null
  const isLost = state === 'failed' || state === 'returned'
  return {
    id: wire.id,
    reference: wire.reference_id ?? null,
    state,
    amount: wire.amount,
    currency: wire.currency,
    bankReference: wire.utr ?? null,
    failure: isLost ? (known(failures, wire.status_details?.reason ?? '') ?? 'other') : null,
  }
}

/** What a message speaks of: by ids alone, since what they stand for is asked. */
const eventWire = z.object({
  event: z.string().max(128),
  payload: z
    .object({
      payout: z
        .object({ entity: z.object({ id: id('pout'), reference_id: z.string().max(64).nullish() }) })
        .nullish()
        .catch(null),
      'fund_account.validation': z
        .object({ entity: z.object({ id: id('fav') }) })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
})

const ofPayouts = /^(?:payout|fund_account\.validation)\./

/** Undefined: it cannot be read, or is about something else. */
export function readEvent(raw: Buffer): PayoutNews | undefined {
  const read = eventWire.safeParse(json(raw))
  if (!read.success || !ofPayouts.test(read.data.event)) return undefined
  const { event: type, payload } = read.data
  const payout = payload?.payout?.entity
  return {
    type,
    payoutId: payout?.id ?? null,
    reference: payout?.reference_id ?? null,
    checkId: payload?.['fund_account.validation']?.entity.id ?? null,
  }
}

function json(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    return undefined
  }
}

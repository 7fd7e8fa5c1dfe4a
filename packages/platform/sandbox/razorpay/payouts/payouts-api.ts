import type { Answer } from '../../kit/listen.ts'
import { ApiError, invalid, refuse, unknownId } from '../api-error.ts'
import { amountField, type ApiRequest, collectionOf, notesField, pageOf, textField } from '../api-request.ts'
import { newId } from '../id.ts'
import type { World } from '../world.ts'
import type { FundAccount, Payout } from './entities.ts'
import { begin, movePayout } from './payouts.ts'
import { presentPayout } from './present.ts'

type Body = ApiRequest['body']

const MIN_AMOUNT = 100
const MOST_BY_IMPS = 50_000_000
const MOST_BY_UPI = 10_000_000
const LEAST_BY_RTGS = 20_000_000
const purposes = ['refund', 'cashback', 'payout', 'salary', 'utility bill', 'vendor bill']

/** `POST /v1/payouts`; `X-Payout-Idempotency` is mandatory, and the same request under it is done once. */
export function createPayout(world: World, { body, headers }: ApiRequest): Answer {
  const key = headers['x-payout-idempotency']
  if (key === undefined) refuse('X-Payout-Idempotency header is required. Please provide an idempotency key to proceed.')
  if (typeof key !== 'string' || !/^[A-Za-z0-9_ -]{4,36}$/.test(key))
    return refuse('The idempotency key must be 4 to 36 letters, digits, hyphens, underscores and spaces.')
  const content = JSON.stringify(body)
  const { payoutKeys, payouts } = world.store
  const known = payoutKeys.all.get(key)
  if (known !== undefined) {
    if (known.content !== content) throw new ApiError(400, 'Different request with the same idempotency key has already been processed.')
    return { status: 200, json: presentPayout(payouts.all.get(known.payoutId) ?? unknownId()) }
  }
  const payout = payoutOf(world, body)
  payoutKeys.save(key, { content, payoutId: payout.id })
  begin(world, payout, world.clock.now())
  return { status: 200, json: presentPayout(payout) }
}

function payoutOf(world: World, body: Body): Payout {
  if (textField(body, 'account_number', 40) !== world.payoutAccount) invalid('The account number is invalid.', 'account_number')
  const account = world.store.fundAccounts.all.get(textField(body, 'fund_account_id', 40) ?? '') ?? unknownId()
  const amount = amountField(body) ?? invalid('The amount field is required.', 'amount')
  if (amount < MIN_AMOUNT) invalid('The amount must be at least 100.', 'amount')
  if (textField(body, 'currency', 3) !== 'INR') invalid('The selected currency is invalid.', 'currency')
  const mode = modeField(body, account, amount)
  const purpose = textField(body, 'purpose', 30)
  if (purpose === null || !purposes.includes(purpose)) invalid('Invalid purpose', 'purpose')
  const narration = textField(body, 'narration', 30)
  if (narration !== null && !/^[A-Za-z0-9 ]+$/.test(narration)) invalid('The narration format is invalid.', 'narration')
  if (amount > world.settings.balance && body['queue_if_low_balance'] !== true)
    refuse('Your account does not have enough balance to carry out the payout operation.')
  return {
    id: newId('pout'),
    fundAccountId: account.id,
    amount,
    currency: 'INR',
    mode,
    purpose,
    referenceId: textField(body, 'reference_id', 40),
    narration,
    notes: notesField(body),
    createdAtMs: world.clock.now(),
    status: 'pending',
    reason: null,
    utr: null,
    due: {},
  }
}

function modeField(body: Body, { details }: FundAccount, amount: number): string {
  const mode = textField(body, 'mode', 10) ?? invalid('The mode field is required.', 'mode')
  const fitting = details.type === 'vpa' ? ['UPI'] : ['IMPS', 'NEFT', 'RTGS']
  if (!fitting.includes(mode)) invalid('The mode is not valid for this fund account.', 'mode')
  if ((mode === 'IMPS' && amount > MOST_BY_IMPS) || (mode === 'UPI' && amount > MOST_BY_UPI) || (mode === 'RTGS' && amount < LEAST_BY_RTGS))
    invalid(`The amount is not within the limits of ${mode}.`, 'amount')
  return mode
}

const payoutAt = (world: World, { at }: ApiRequest): Payout => world.store.payouts.all.get(at[0] ?? '') ?? unknownId()

/** `GET /v1/payouts/{id}` */
export const fetchPayout = (world: World, request: ApiRequest): Answer => ({
  status: 200,
  json: presentPayout(payoutAt(world, request)),
})

/** `GET /v1/payouts?account_number=…`, newest first; also by `reference_id`, `fund_account_id`, `status` and `mode`. */
export function listPayouts(world: World, { query }: ApiRequest): Answer {
  if (query.get('account_number') !== world.payoutAccount) invalid('The account number is invalid.', 'account_number')
  const fits = (payout: Payout): boolean =>
    (query.get('reference_id') ?? payout.referenceId) === payout.referenceId &&
    (query.get('fund_account_id') ?? payout.fundAccountId) === payout.fundAccountId &&
    (query.get('status') ?? payout.status) === payout.status &&
    (query.get('mode') ?? payout.mode) === payout.mode
  return { status: 200, json: collectionOf(pageOf(query, world.store.payouts.all.values(), fits).map(presentPayout)) }
}

/** `POST /v1/payouts/{id}/cancel`: only what has not begun. */
export function cancelPayout(world: World, request: ApiRequest): Answer {
  const payout = payoutAt(world, request)
  if ((payout.status !== 'queued' && payout.status !== 'scheduled') || !movePayout(world, payout, 'cancelled', world.clock.now()))
    refuse('Payout cannot be cancelled in the current state.')
  return { status: 200, json: presentPayout(payout) }
}

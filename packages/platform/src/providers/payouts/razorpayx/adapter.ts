import { createRazorpayClient, type Question, type RazorpaySettings } from '../../payments/razorpay/client.ts'
import { signerOf } from '../../payments/razorpay/signature.ts'
import type { PayeeWish, Payouts, PayoutWish } from '../port.ts'
import { createPace } from './pace.ts'
import { accountWire, checkOf, checkWire, contactWire, payoutOf, payoutsWire, payoutWire, readEvent } from './wire.ts'

/** RazorpayX is reached and signed like Razorpay. */
export interface RazorpayXSettings extends RazorpaySettings {
  /** The account that pays. */
  readonly accountNumber: string
  /** How many requests a second this process may send; as many as come unless told. */
  readonly perSecond?: number | undefined
}

/** Of 3 characters at least: a shorter name is made longer by a word that names nobody. */
const longEnough = (name: string): string => (name.length < 3 ? `Payee ${name}` : name)
const contactName = (name: string): string => longEnough(name).slice(0, 50)

const detailsOf = (payee: PayeeWish) =>
  payee.type === 'upi'
    ? { account_type: 'vpa', vpa: { address: payee.vpa } }
    : {
        account_type: 'bank_account',
        bank_account: { name: longEnough(payee.holder), ifsc: payee.ifsc, account_number: payee.accountNumber },
      }

const contactOf = ({ name, reference }: PayeeWish) => ({ name: contactName(name), type: 'vendor', reference_id: reference })

/** Above five lakh IMPS takes nothing. */
const mostByImps = 500_000 * 100

/** The body must be the same to the letter whenever a withdrawal is sent again: everything in it follows from what was frozen. */
const bodyOf = ({ reference, accountId, type, amount, currency, narration }: PayoutWish, accountNumber: string) => ({
  account_number: accountNumber,
  fund_account_id: accountId,
  amount,
  currency,
  mode: type === 'upi' ? 'UPI' : amount > mostByImps ? 'NEFT' : 'IMPS',
  purpose: 'payout',
  queue_if_low_balance: true,
  reference_id: reference,
  narration,
  notes: { withdrawal: reference },
})

/** RazorpayX's contacts, accounts and payouts. Whether that is RazorpayX itself or something that speaks like it, `baseUrl` alone decides. */
export function createRazorpayX(settings: RazorpayXSettings): Payouts {
  const { accountNumber, webhookSecret: current, previousWebhookSecret: previous } = settings
  const client = createRazorpayClient(settings)
  const pace = createPace(settings.perSecond)
  const ask: typeof client.ask = async (question, schema) => {
    await pace()
    return client.ask(question, schema)
  }
  const post = (path: string, json: unknown, headers: Question['headers'] = {}): Question => ({ method: 'POST', path, json, headers })
  const get = (path: string, query: Readonly<Record<string, string>> = {}): Question => ({ method: 'GET', path, query })
  return {
    name: 'razorpayx',
    isResting: client.isResting,

    async register(payee) {
      // The same details again answer the same contact and the same account.
      const contact = await ask(post('contacts', contactOf(payee)), contactWire)
      const account = await ask(post('fund_accounts', { contact_id: contact.id, ...detailsOf(payee) }), accountWire)
      return account.id
    },

    async check(payee) {
      const json = {
        source_account_number: accountNumber,
        reference_id: payee.reference,
        validation_type: 'optimized',
        fund_account: { ...detailsOf(payee), contact: contactOf(payee) },
      }
      return checkOf(await ask(post('fund_accounts/validations', json), checkWire))
    },

    async readCheck(checkId) {
      return checkOf(await ask(get(`fund_accounts/validations/${encodeURIComponent(checkId)}`), checkWire))
    },

    async send(wish) {
      const question = post('payouts', bodyOf(wish, accountNumber), { 'X-Payout-Idempotency': wish.reference })
      return payoutOf(await ask(question, payoutWire))
    },

    async read(payoutId) {
      return payoutOf(await ask(get(`payouts/${encodeURIComponent(payoutId)}`), payoutWire))
    },

    async find(reference) {
      const query = { account_number: accountNumber, reference_id: reference, count: '10' }
      const { items } = await ask(get('payouts', query), payoutsWire)
      // Should it know nothing of references and answer with everything, only what is ours counts.
      const ours = items.find((one) => one.reference_id === reference)
      return ours && payoutOf(ours)
    },

    async recall(payoutId) {
      return payoutOf(await ask(post(`payouts/${encodeURIComponent(payoutId)}/cancel`, {}), payoutWire))
    },

    isAbout: ({ raw }) => readEvent(raw) !== undefined,

    verify({ headers, raw }) {
      return signerOf({ current, previous }, raw, headers['x-razorpay-signature']) === undefined ? undefined : readEvent(raw)
    },
  }
}

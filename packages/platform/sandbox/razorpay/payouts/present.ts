import type { Json } from '../../kit/json.ts'
import { seconds } from '../present.ts'
import { nameFateOf } from './behaviour.ts'
import type { AccountDetails, Contact, FundAccount, Payout, Validation } from './entities.ts'

const notesOf = (notes: Readonly<Record<string, string | number>>): Json => (Object.keys(notes).length === 0 ? [] : notes)

/** A contact as the API shows it. */
export const presentContact = (contact: Contact): Json => ({
  id: contact.id,
  entity: 'contact',
  name: contact.name,
  contact: contact.contact,
  email: contact.email,
  type: contact.type,
  reference_id: contact.referenceId,
  batch_id: null,
  active: true,
  notes: notesOf(contact.notes),
  created_at: seconds(contact.createdAtMs),
})

function presentDetails(details: AccountDetails): { readonly [name: string]: Json } {
  if (details.type === 'bank_account') {
    const { name, ifsc, number } = details
    return {
      account_type: 'bank_account',
      bank_account: { ifsc, bank_name: `${ifsc.slice(0, 4)} Bank`, name, notes: [], account_number: number },
    }
  }
  const [username = '', handle = ''] = details.address.split('@')
  return { account_type: 'vpa', vpa: { username, handle, address: details.address } }
}

/** A fund account as the API shows it. */
export const presentFundAccount = (account: FundAccount): Json => ({
  id: account.id,
  entity: 'fund_account',
  contact_id: account.contactId,
  ...presentDetails(account.details),
  batch_id: null,
  active: true,
  created_at: seconds(account.createdAtMs),
})

/** Banks write names in capitals, and their own when it is somebody else. */
function resultsOf({ status, details, contactName }: Validation): Json {
  if (status !== 'completed') return { account_status: null, registered_name: null, name_match_score: null, details: null }
  const fate = nameFateOf(details)
  if (fate === 'invalid') return { account_status: 'invalid', registered_name: null, name_match_score: null, details: null }
  const names: Readonly<Record<string, string | null>> = { own: contactName.toUpperCase(), other: 'GIRISH KARNAD PATIL', nameless: null }
  return {
    account_status: 'active',
    registered_name: names[fate] ?? null,
    name_match_score: fate === 'own' ? 100 : fate === 'other' ? 12 : null,
    details: null,
  }
}

/** A validation as the API and webhooks show it. */
export const presentValidation = (validation: Validation): Json => ({
  id: validation.id,
  entity: 'fund_account.validation',
  fund_account: presentDetails(validation.details),
  status: validation.status,
  reference_id: validation.referenceId,
  validation_results: resultsOf(validation),
  status_details:
    validation.status === 'failed'
      ? { description: 'The bank did not answer.', source: 'beneficiary_bank', reason: 'beneficiary_bank_offline' }
      : { description: null, source: null, reason: null },
  created_at: seconds(validation.createdAtMs),
})

const sourceOf = (reason: string): string => (reason.startsWith('gateway') ? 'gateway' : 'beneficiary_bank')

/** A payout as the API and webhooks show it. */
export const presentPayout = (payout: Payout): Json => {
  const begun = payout.status !== 'pending' && payout.status !== 'queued' && payout.status !== 'scheduled'
  return {
    id: payout.id,
    entity: 'payout',
    fund_account_id: payout.fundAccountId,
    amount: payout.amount,
    currency: payout.currency,
    notes: notesOf(payout.notes),
    fees: begun ? 590 : 0,
    tax: begun ? 90 : 0,
    status: payout.status,
    purpose: payout.purpose,
    utr: payout.utr,
    mode: payout.mode,
    reference_id: payout.referenceId,
    narration: payout.narration,
    batch_id: null,
    status_details:
      payout.reason === null
        ? { description: null, source: null, reason: null }
        : {
            description: `The payout is ${payout.status}: ${payout.reason.replaceAll('_', ' ')}.`,
            source: sourceOf(payout.reason),
            reason: payout.reason,
          },
    created_at: seconds(payout.createdAtMs),
    fee_type: null,
  }
}

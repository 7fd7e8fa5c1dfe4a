import type { Answer } from '../../kit/listen.ts'
import { isRecord, type Json } from '../../kit/json.ts'
import { invalid, unknownId } from '../api-error.ts'
import { type ApiRequest, collectionOf, notesField, pageOf, textField } from '../api-request.ts'
import { newId } from '../id.ts'
import type { World } from '../world.ts'
import type { AccountDetails, Contact, FundAccount, Validation } from './entities.ts'
import { touchValidation } from './payouts.ts'
import { presentContact, presentFundAccount, presentValidation } from './present.ts'

type Body = ApiRequest['body']

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function contactFields(body: Body) {
  const name = textField(body, 'name', 50)
  if (name === null || name.length < 3) return invalid('The name must be between 3 and 50 characters.', 'name')
  const type = textField(body, 'type', 40) ?? 'other'
  const [email, contact] = [textField(body, 'email', 255), textField(body, 'contact', 15)]
  return { name, type, email, contact, referenceId: textField(body, 'reference_id', 40), notes: notesField(body) }
}

/** `POST /v1/contacts`: the same details again are the same contact. */
export function createContact(world: World, { body }: ApiRequest): Answer {
  const fields = contactFields(body)
  const { contacts } = world.store
  const known = [...contacts.all.values()].find(({ id: _id, createdAtMs: _at, ...rest }) => sameJson(rest, fields))
  if (known !== undefined) return { status: 200, json: presentContact(known) }
  const contact: Contact = { ...fields, id: newId('cont'), createdAtMs: world.clock.now() }
  // In the order in which the fields are compared.
  contacts.save(contact.id, contact)
  return { status: 201, json: presentContact(contact) }
}

/** `GET /v1/contacts/{id}` */
export const fetchContact = (world: World, { at }: ApiRequest): Answer => ({
  status: 200,
  json: presentContact(world.store.contacts.all.get(at[0] ?? '') ?? unknownId()),
})

/** `GET /v1/contacts`, newest first. */
export const listContacts = (world: World, { query }: ApiRequest): Answer => ({
  status: 200,
  json: collectionOf(pageOf(query, world.store.contacts.all.values()).map(presentContact)),
})

const record = (body: Body, name: string): { readonly [name: string]: Json } => {
  const value = body[name]
  return isRecord(value) ? value : invalid(`The ${name} field is required.`, name)
}

const vpaForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,255}@[A-Za-z][A-Za-z0-9]{1,63}$/

function detailsField(body: Body): AccountDetails {
  const type = textField(body, 'account_type', 20)
  if (type === 'vpa') {
    const address = textField(record(body, 'vpa'), 'address', 320)
    return address !== null && vpaForm.test(address)
      ? { type, address }
      : invalid('Invalid VPA. Please enter a valid Virtual Payment Address', 'address')
  }
  if (type !== 'bank_account') return invalid('The selected account type is invalid.', 'account_type')
  const fields = record(body, 'bank_account')
  const [name, ifsc, number] = [textField(fields, 'name', 120), textField(fields, 'ifsc', 11), textField(fields, 'account_number', 35)]
  if (name === null || name.length < 3) return invalid('The name field is required.', 'name')
  if (ifsc === null || !/^[A-Z]{4}0[A-Z0-9]{6}$/.test(ifsc)) return invalid('Invalid IFSC Code in Bank Account', 'ifsc')
  if (number === null || !/^[A-Za-z0-9]{5,35}$/.test(number)) return invalid('The account number is invalid.', 'account_number')
  return { type, name, ifsc, number }
}

/** `POST /v1/fund_accounts`: immutable, and the same again is the same one. */
export function createFundAccount(world: World, { body }: ApiRequest): Answer {
  const { contacts, fundAccounts } = world.store
  const contact = contacts.all.get(textField(body, 'contact_id', 40) ?? '') ?? unknownId()
  const details = detailsField(body)
  const known = [...fundAccounts.all.values()].find((one) => one.contactId === contact.id && sameJson(one.details, details))
  if (known !== undefined) return { status: 200, json: presentFundAccount(known) }
  const account: FundAccount = { id: newId('fa'), contactId: contact.id, details, createdAtMs: world.clock.now() }
  fundAccounts.save(account.id, account)
  return { status: 201, json: presentFundAccount(account) }
}

/** `GET /v1/fund_accounts/{id}` */
export const fetchFundAccount = (world: World, { at }: ApiRequest): Answer => ({
  status: 200,
  json: presentFundAccount(world.store.fundAccounts.all.get(at[0] ?? '') ?? unknownId()),
})

/** `GET /v1/fund_accounts`, newest first. */
export const listFundAccounts = (world: World, { query }: ApiRequest): Answer => ({
  status: 200,
  json: collectionOf(
    pageOf(query, world.store.fundAccounts.all.values(), ({ contactId }) => (query.get('contact_id') ?? contactId) === contactId).map(
      presentFundAccount,
    ),
  ),
})

/** `POST /v1/fund_accounts/validations`: the bank answers a moment later. */
export function createValidation(world: World, { body }: ApiRequest): Answer {
  if (textField(body, 'source_account_number', 40) !== world.payoutAccount)
    invalid('The source account number is invalid.', 'source_account_number')
  const type = textField(body, 'validation_type', 20) ?? 'optimized'
  if (type !== 'optimized' && type !== 'pennydrop') invalid('The selected validation type is invalid.', 'validation_type')
  const account = record(body, 'fund_account')
  const now = world.clock.now()
  const validation: Validation = {
    id: newId('fav'),
    details: detailsField(account),
    contactName: contactFields(record(account, 'contact')).name,
    referenceId: textField(body, 'reference_id', 40),
    createdAtMs: now,
    status: 'created',
    due: { answer: now + world.settings.validateAfterMs },
  }
  touchValidation(world, validation)
  return { status: 201, json: presentValidation(validation) }
}

/** `GET /v1/fund_accounts/validations/{id}` */
export const fetchValidation = (world: World, { at }: ApiRequest): Answer => ({
  status: 200,
  json: presentValidation(world.store.validations.all.get(at[0] ?? '') ?? unknownId()),
})

import { ok, startStub, type Reply, type Stub } from '../stub.fixture.ts'

export { ok, startStub, type Reply, type Stub as TwilioStub }

export const accountSid = `AC${'0'.repeat(31)}1`
export const authToken = '0123456789abcdef0123456789abcdef'
export const parentSid = `CA${'a'.repeat(32)}`
export const childSid = `CA${'b'.repeat(32)}`

/** A Call resource as the API reference shows it. */
export const callResource = (fields: Record<string, unknown> = {}) => ({
  account_sid: accountSid,
  annotation: null,
  answered_by: null,
  api_version: '2010-04-01',
  caller_name: null,
  date_created: 'Tue, 31 Aug 2027 20:36:28 +0000',
  date_updated: 'Tue, 31 Aug 2027 20:36:44 +0000',
  direction: 'outbound-api',
  duration: '15',
  end_time: 'Tue, 31 Aug 2027 20:36:44 +0000',
  forwarded_from: null,
  from: '+15017122661',
  from_formatted: '(501) 712-2661',
  group_sid: null,
  parent_call_sid: null,
  phone_number_sid: `PN${'0'.repeat(32)}`,
  price: '-0.03000',
  price_unit: 'USD',
  queue_time: '0',
  sid: parentSid,
  start_time: 'Tue, 31 Aug 2027 20:36:29 +0000',
  status: 'completed',
  subresource_uris: {},
  to: '+919800000001',
  to_formatted: '+919800000001',
  trunk_sid: null,
  uri: `/2010-04-01/Accounts/${accountSid}/Calls/${parentSid}.json`,
  ...fields,
})

export const childResource = (fields: Record<string, unknown> = {}) =>
  callResource({ sid: childSid, parent_call_sid: parentSid, direction: 'outbound-dial', to: '+919800000002', ...fields })

export const callList = (...calls: unknown[]) => ({
  calls,
  end: 0,
  first_page_uri: `/2010-04-01/Accounts/${accountSid}/Calls.json?PageSize=100&Page=0`,
  next_page_uri: null,
  page: 0,
  page_size: 100,
  previous_page_uri: null,
  start: 0,
  uri: `/2010-04-01/Accounts/${accountSid}/Calls.json?PageSize=100&Page=0`,
})

export const refusal = (status: number, code: number): Reply => ({
  status,
  body: { code, message: 'what was wrong', more_info: `https://www.twilio.com/docs/errors/${code}`, status },
})

import type { DialWish } from '../port.ts'
import type { Reply } from '../stub.fixture.ts'
import { createExotel, type ExotelSettings } from './adapter.ts'

export const accountSid = 'impacthub1'
export const apiKey = 'key0123456789'
export const apiToken = 'secrettoken0123456789'
export const callSid = 'b6cfaf5f5cef3ca0fc937749ef96d245'
export const otherSid = 'd7d9cefd9773dd746d8f1e029cdb1417'
export const calleeLeg = `${callSid}:2`

export const caller = '+919800000001'
export const callee = '+919800000002'
/** The virtual number. */
export const exoPhone = '+918030752400'

export const exotelAt = (baseUrl: string, settings: Partial<ExotelSettings> = {}) =>
  createExotel({ baseUrl, accountSid, apiKey, apiToken, pattern: 'connect', timeoutMs: 10_000, ...settings })

export const callUrl = 'https://connect.example/providers/exotel/calls/call_01j00000000000000000000000/token0123456789abcdef'

export const wish: DialWish = {
  callId: 'call_01j00000000000000000000000',
  callerPhone: caller,
  calleePhone: callee,
  from: exoPhone,
  ringSeconds: 25,
  limitSeconds: 600,
  maxSeconds: 635,
  urls: {
    answer: `${callUrl}/answer`,
    callerStatus: `${callUrl}/caller-status`,
    calleeStatus: `${callUrl}/callee-status`,
    after: `${callUrl}/after`,
  },
  reference: 'call_01j00000000000000000000000.token0123456789abcdef',
}

/** What the documentation shows as the answer to a new call. */
export const newCall = (fields: Record<string, unknown> = {}) => ({
  Call: {
    Sid: callSid,
    ParentCallSid: null,
    DateCreated: '2027-03-03 10:48:33',
    DateUpdated: '2027-03-03 10:48:33',
    AccountSid: accountSid,
    To: '09800000002',
    From: '09800000001',
    PhoneNumberSid: '08030752400',
    Status: 'in-progress',
    StartTime: '2027-03-03 10:48:33',
    EndTime: null,
    Duration: null,
    Price: null,
    Direction: 'outbound-api',
    AnsweredBy: null,
    ForwardedFrom: null,
    CallerName: null,
    Uri: `/v1/Accounts/${accountSid}/Calls/${callSid}`,
    RecordingUrl: null,
    ...fields,
  },
})

export const details = (fields: Record<string, unknown> = {}) => ({
  ConversationDuration: 8,
  Leg1Status: 'completed',
  Leg2Status: 'completed',
  Legs: [{ Leg: { Id: 1, OnCallDuration: 21 } }, { Leg: { Id: 2, OnCallDuration: 8 } }],
  ...fields,
})

/** What the documentation shows as the details of a call that is over; its `Duration` agrees with neither leg. */
export const endedCall = (fields: Record<string, unknown> = {}, ofLegs: Record<string, unknown> = {}) =>
  newCall({
    DateUpdated: '2027-03-03 10:53:33',
    Status: 'completed',
    EndTime: '2027-03-03 10:49:50',
    Duration: '17',
    Price: '1.500',
    Details: details(ofLegs),
    ...fields,
  })

/** The same, before the figures are there. */
export const endedLately = (fields: Record<string, unknown> = {}, ofLegs: Record<string, unknown> = {}) =>
  endedCall(
    { EndTime: null, Duration: null, Price: null, ...fields },
    {
      ConversationDuration: null,
      Legs: [{ Leg: { Id: 1, OnCallDuration: null } }, { Leg: { Id: 2, OnCallDuration: null } }],
      ...ofLegs,
    },
  )

export const callList = (calls: readonly { Call: unknown }[], next: string | null = null) => ({
  Metadata: {
    Total: calls.length,
    PageSize: 100,
    FirstPageUri: `/v1/Accounts/${accountSid}/Calls.json`,
    PrevPageUri: null,
    NextPageUri: next,
  },
  Calls: calls.map(({ Call }) => Call),
})

export const refusal = (status: number, message = 'what was wrong', code = 34_000 + status): Reply => ({
  status,
  body: { RestException: { Status: status, Message: message, Code: code } },
})

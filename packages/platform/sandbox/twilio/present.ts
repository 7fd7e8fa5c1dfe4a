import type { Conference, Participant } from './conference-room.ts'
import { formatted, offeredAs } from './countries.ts'
import { durationSeconds, isLive, type Leg } from './leg.ts'
import type { OwnedNumber } from './owned-number.ts'
import { rfc2822 } from './rfc2822.ts'

const root = (accountSid: string): string => `/2010-04-01/Accounts/${accountSid}`

/** A call as the API shows it. An attempt that failed started when it ended and lasted 0 seconds. */
export function presentCall(accountSid: string, leg: Leg): Record<string, unknown> {
  const uri = `${root(accountSid)}/Calls/${leg.sid}`
  const startedAtMs = leg.answeredAtMs ?? leg.endedAtMs
  const parts = ['notifications', 'recordings', 'events']
  return {
    sid: leg.sid,
    date_created: rfc2822(leg.createdAtMs),
    date_updated: rfc2822(leg.updatedAtMs),
    parent_call_sid: leg.parentSid ?? null,
    account_sid: accountSid,
    to: leg.to,
    to_formatted: formatted(leg.to),
    from: leg.from,
    from_formatted: formatted(leg.from),
    phone_number_sid: leg.phoneNumberSid === '' ? null : leg.phoneNumberSid,
    status: leg.status,
    start_time: startedAtMs === undefined ? null : rfc2822(startedAtMs),
    end_time: leg.endedAtMs === undefined ? null : rfc2822(leg.endedAtMs),
    duration: isLive(leg) ? null : String(durationSeconds(leg)),
    price: null,
    price_unit: 'USD',
    direction: leg.direction,
    answered_by: null,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: '0',
    trunk_sid: null,
    annotation: null,
    uri: `${uri}.json`,
    subresource_uris: Object.fromEntries(parts.map((part) => [part, `${uri}/${part[0]?.toUpperCase()}${part.slice(1)}.json`])),
  }
}

/** A number of the account as the API shows it. */
export function presentNumber(accountSid: string, number: OwnedNumber): Record<string, unknown> {
  const type = offeredAs(number.phoneNumber)
  return {
    sid: number.sid,
    account_sid: accountSid,
    friendly_name: number.friendlyName,
    phone_number: number.phoneNumber,
    voice_url: number.voiceUrl,
    voice_method: number.voiceMethod,
    voice_fallback_url: number.voiceFallbackUrl,
    voice_fallback_method: number.voiceFallbackMethod,
    voice_caller_id_lookup: false,
    voice_application_sid: '',
    voice_receive_mode: 'voice',
    status_callback: number.statusCallback,
    status_callback_method: number.statusCallbackMethod,
    sms_url: number.smsUrl,
    sms_method: number.smsMethod,
    sms_fallback_url: '',
    sms_fallback_method: 'POST',
    sms_application_sid: '',
    trunk_sid: null,
    address_sid: number.addressSid === '' ? null : number.addressSid,
    address_requirements: 'none',
    identity_sid: null,
    bundle_sid: number.bundleSid === '' ? null : number.bundleSid,
    emergency_status: 'Inactive',
    emergency_address_sid: null,
    emergency_address_status: 'unregistered',
    capabilities: { voice: true, sms: type !== 'TollFree', mms: false, fax: false },
    beta: false,
    origin: 'twilio',
    status: 'in-use',
    type: type === 'TollFree' ? 'toll-free' : (type ?? 'Local').toLowerCase(),
    api_version: '2010-04-01',
    date_created: rfc2822(number.createdAtMs),
    date_updated: rfc2822(number.updatedAtMs),
    uri: `${root(accountSid)}/IncomingPhoneNumbers/${number.sid}.json`,
    subresource_uris: { assigned_add_ons: `${root(accountSid)}/IncomingPhoneNumbers/${number.sid}/AssignedAddOns.json` },
  }
}

/** A conference as the API shows it. */
export function presentConference(accountSid: string, room: Conference): Record<string, unknown> {
  const uri = `${root(accountSid)}/Conferences/${room.sid}`
  return {
    sid: room.sid,
    account_sid: accountSid,
    friendly_name: room.name,
    status: room.status,
    region: 'us1',
    reason_conference_ended: room.reasonEnded ?? null,
    call_sid_ending_conference: room.endedBy ?? null,
    api_version: '2010-04-01',
    date_created: rfc2822(room.createdAtMs),
    date_updated: rfc2822(room.updatedAtMs),
    uri: `${uri}.json`,
    subresource_uris: { participants: `${uri}/Participants.json`, recordings: `${uri}/Recordings.json` },
  }
}

/** A participant as the API shows it. */
export function presentParticipant(accountSid: string, room: Conference, one: Participant): Record<string, unknown> {
  return {
    account_sid: accountSid,
    call_sid: one.callSid,
    label: one.label === '' ? null : one.label,
    call_sid_to_coach: null,
    coaching: false,
    conference_sid: room.sid,
    date_created: rfc2822(one.joinedAtMs),
    date_updated: rfc2822(one.joinedAtMs),
    start_conference_on_enter: one.startOnEnter,
    end_conference_on_exit: one.endOnExit,
    muted: one.muted,
    hold: false,
    status: 'connected',
    queue_time: '0',
    api_version: '2010-04-01',
    uri: `${root(accountSid)}/Conferences/${room.sid}/Participants/${one.callSid}.json`,
  }
}

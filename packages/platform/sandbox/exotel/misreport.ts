import { isRecord, type Json } from '../kit/json.ts'

/** What is told wrongly about a call, in its callbacks and in what the API says; about a leg, in what the API says. */
export interface Misreport {
  /** In place of the seconds: a number out of range, a text, null. */
  readonly conversationDuration?: Json
  /** In place of the length of the whole call, or of the milliseconds of a leg. */
  readonly duration?: Json
  /** In place of the status once the call is over: a word that nobody has documented. */
  readonly status?: string
  /** Where it is told: everywhere by default. */
  readonly where?: 'callbacks' | 'details'
}

/** Reads one from JSON; undefined if it is none. */
export function readMisreport(json: Json | undefined): Misreport | undefined {
  if (!isRecord(json)) return undefined
  const { conversationDuration, duration, status, where } = json
  if (status !== undefined && typeof status !== 'string') return undefined
  if (where !== undefined && where !== 'callbacks' && where !== 'details') return undefined
  return {
    ...(conversationDuration === undefined ? {} : { conversationDuration }),
    ...(duration === undefined ? {} : { duration }),
    ...(status === undefined ? {} : { status }),
    ...(where === undefined ? {} : { where }),
  }
}

/** What is to be told wrongly here about this call. */
export function misreportOf(misreports: ReadonlyMap<string, Misreport>, callSid: string, where: 'callbacks' | 'details'): Misreport {
  const found = misreports.get(callSid) ?? misreports.get('*')
  return found && (found.where ?? where) === where ? found : {}
}

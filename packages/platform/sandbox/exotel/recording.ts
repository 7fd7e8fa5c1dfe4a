import type { Call } from './call.ts'

/** Where the recording of a call would be: there is one only if it was asked for and two people spoke. No audio is made. */
export function recordingUrlOf(accountSid: string, call: Call): string | undefined {
  if (!call.record || call.partedAtMs === undefined) return undefined
  return `https://recordings.exotel.com/exotelrecordings/${accountSid}/${call.sid}.mp3`
}

import type { HttpMethod } from './leg.ts'

/** A number the account has bought. */
export interface OwnedNumber {
  readonly sid: string
  readonly phoneNumber: string
  readonly createdAtMs: number
  updatedAtMs: number
  friendlyName: string
  voiceUrl: string
  voiceMethod: HttpMethod
  voiceFallbackUrl: string
  voiceFallbackMethod: HttpMethod
  statusCallback: string
  statusCallbackMethod: HttpMethod
  smsUrl: string
  smsMethod: HttpMethod
  addressSid: string
  bundleSid: string
}

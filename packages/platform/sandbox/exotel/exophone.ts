/** A number the account has. */
export interface ExoPhone {
  readonly sid: string
  readonly phoneNumber: string
  readonly createdAtMs: number
  updatedAtMs: number
  friendlyName: string
  voiceUrl: string
  smsUrl: string
}

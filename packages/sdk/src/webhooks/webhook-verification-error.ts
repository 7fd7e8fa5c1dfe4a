/** Why a webhook is not to be believed. */
export type WebhookVerificationErrorCode =
  'invalid_secret' | 'invalid_headers' | 'timestamp_out_of_range' | 'invalid_signature' | 'invalid_body'

/** A webhook that was not sent by the platform, or not now. `invalid_secret` is a mistake of the caller's own. */
export class WebhookVerificationError extends Error {
  readonly code: WebhookVerificationErrorCode

  constructor(code: WebhookVerificationErrorCode, detail: string) {
    super(`${code}: ${detail}`)
    this.name = 'WebhookVerificationError'
    this.code = code
  }
}

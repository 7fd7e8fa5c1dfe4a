import type { CheckReason } from './port.ts'

/** Ends a check before its end, with the reason that the port knows for it. */
export class CheckStop extends Error {
  readonly reason: CheckReason
  /** A number or a word of ours, never a provider's text, which may repeat what was sent. */
  readonly providerCode: string | null
  constructor(reason: CheckReason, providerCode: string | null = null) {
    super(`identity check ended: ${reason}`)
    this.name = 'CheckStop'
    this.reason = reason
    this.providerCode = providerCode
  }
}

import type { CallOptions } from '../contract/kit.ts'

/** The link that brought somebody here, as this browser remembers it. */
export interface CapturedReferral {
  /** The code of the last link that was followed; null when there was none within 30 days, or it has been used. */
  readonly code: string | null
  /** Names this browser to the platform: random, and the same at the next visit as far as the browser keeps anything. */
  readonly deviceId: string
  /** Somebody has signed up with the code: it is offered to nobody else on this browser. */
  clear(): void
}

/** What is needed of a client to tell that a link was followed. */
export interface ReferralClient {
  readonly referral: { visit(input: { readonly code: string; readonly deviceId: string }, options?: CallOptions): Promise<unknown> }
}

/** Every wait of the client, in two places, so that tests need not wait. All in milliseconds. */
export interface RequestTiming {
  /** Limit of one try of a request, body included. */
  readonly tryMs: number
  /** First pause before a retry; it doubles with each. */
  readonly retryBaseMs: number
  /** A longer Retry-After is handed to the caller instead of waited for. */
  readonly retryAfterMaxMs: number
  /** A token is replaced this long before it ends, or at 4/5 of a shorter life. */
  readonly tokenMarginMs: number
}

/** Those of the live connection come with its code. */
export interface LiveTiming {
  /** Limit from opening a socket to its first frame. */
  readonly socketOpenMs: number
  readonly reconnectBaseMs: number
  readonly reconnectMaxMs: number
  /** While polling: how often a WebSocket is tried again. */
  readonly socketRetryMs: number
  /** How long one poll waits for a frame. */
  readonly pollMs: number
  /** Changes of the watched users within this time go out as one message; the platform takes 20 messages a second. */
  readonly watchMs: number
  /** Hidden or asleep for longer, a connection is proven by connecting anew. */
  readonly asleepMs: number
}

/** What may be told otherwise. */
export type Timing = RequestTiming & Partial<LiveTiming>

export const defaultTiming: Timing = {
  tryMs: 30_000,
  retryBaseMs: 400,
  retryAfterMaxMs: 20_000,
  tokenMarginMs: 30_000,
}

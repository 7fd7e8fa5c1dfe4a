/** A message is JSON: what Redis would carry is what the memory bus carries. */
export type Message = null | boolean | number | string | readonly Message[] | { readonly [key: string]: Message }

export interface Bucket {
  readonly perSecond: number
  readonly burst: number
}

export interface BucketState {
  readonly allowed: boolean
  readonly remaining: number
  /** How long until the next one is allowed; 0 when this one was. */
  readonly retryAfterMs: number
}

/**
 * What processes share: messages, who is alive, limits, tickets. Nothing here is the only copy of anything that matters: the bus may be
 * emptied at any moment. With REDIS_URL it is Redis; without it one process's memory. Topics, sets and keys start with the tenant's id.
 */
export interface Bus {
  /** Hands a message to every process that listens now. At most once. */
  publish(topic: string, message: Message): Promise<void>
  subscribe(topic: string, listener: (message: Message) => void): Promise<() => Promise<void>>
  /** Takes `count` from a token bucket. */
  take(key: string, bucket: Bucket, count?: number): Promise<BucketState>
  /** Says that these members are alive for `ttlMs` more. */
  touch(set: string, members: readonly string[], ttlMs: number): Promise<void>
  drop(set: string, member: string): Promise<void>
  /** Which of these members are alive. */
  alive(set: string, members: readonly string[]): Promise<ReadonlySet<string>>
  /** Keeps a value for `ttlMs`, or until it is taken. */
  put(key: string, value: Message, ttlMs: number): Promise<void>
  /** Gives the value and forgets it: of two who ask at once, one gets it. */
  takeValue(key: string): Promise<Message | undefined>
  close(): Promise<void>
}

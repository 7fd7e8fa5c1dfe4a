import { closeCodes } from '@impacthub/sdk/contract'
import type { RawData, WebSocket } from 'ws'
import { Problem } from '../base/problem.ts'
import { takeFrom, type Level } from '../bus/token-bucket.ts'
import type { CallMessage } from '../features/calls/index.ts'
import { parseMessage, type CheckedMessage, type Hello } from './client-message.ts'
import { frameBody, frameText } from './frames.ts'
import { ownerOf, settingsOf, type RealtimeActor, type RealtimeParts, type RealtimeSettings } from './parts.ts'
import type { Session, Transport } from './session.ts'
import type { Sessions } from './sessions.ts'
import { redeemTicket } from './tickets.ts'

/** RFC 6455 and the IANA registry: "try again later". */
const tryAgainLater = 1013
/** After a close frame, how long a client may take to read it. */
const farewellMs = 3_000
/** Messages that may wait for those before them. */
const maxQueued = 64

export interface Greeting {
  /** From the query, `?ticket=`. */
  readonly ticket: string | undefined
  readonly origin: string | undefined
  readonly ip: string
}

/** One WebSocket, from its first message to its end. */
export class Connection implements Transport {
  readonly #parts: RealtimeParts
  readonly #settings: RealtimeSettings
  readonly #sessions: Sessions
  readonly #socket: WebSocket
  readonly #greeting: Greeting
  readonly #onIdentified: () => void
  readonly #openedAt = performance.now()
  #heardAt = performance.now()
  #pingedAt = performance.now()
  #level: Level | undefined
  #greeted = false
  #session: Session | undefined
  #closing = false
  #queued = 0
  // Messages are worked on one after another, in the order of their coming.
  #work: Promise<void> = Promise.resolve()

  /** `onIdentified`: from then on it is known who is at the other end. */
  constructor(parts: RealtimeParts, sessions: Sessions, socket: WebSocket, greeting: Greeting, onIdentified: () => void) {
    this.#parts = parts
    this.#settings = settingsOf(parts)
    this.#sessions = sessions
    this.#socket = socket
    this.#greeting = greeting
    this.#onIdentified = onIdentified
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('pong', () => (this.#heardAt = performance.now()))
    socket.on('ping', () => (this.#heardAt = performance.now()))
    // Protocol errors and resets: `ws` closes by itself, with the fitting code.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#gone())
  }

  // Asked after each wait: the socket may have closed meanwhile.
  #isOver(): boolean {
    return this.#closing
  }

  send(text: string): void {
    if (this.#closing) return
    // Asked before: one long frame, a server's snapshot, may well be longer than that.
    if (this.#socket.bufferedAmount > this.#settings.maxUnsentBytes) {
      return this.end(closeCodes.tooSlow, 'too slow: resume, or take a new snapshot')
    }
    this.#socket.send(text)
  }

  end(code: number, reason: string): void {
    if (this.#closing) return
    this.#closing = true
    this.#socket.close(code, reason)
    // Who does not even read the farewell is not waited for.
    setTimeout(() => this.#socket.terminate(), farewellMs).unref()
    this.#leave(this.#settings.graceMs)
  }

  /** Looks whether the client is alive, in time with its hello, and its token still good. */
  tick(now: number): void {
    const { helloMs, pingMs, silenceMs } = this.#settings
    if (this.#closing) return
    if (now - this.#heardAt > silenceMs) return this.#giveUp()
    if (!this.#greeted && now - this.#openedAt > helloMs) return this.end(closeCodes.unauthenticated, 'no hello in time')
    const actor = this.#session?.actor
    if (actor?.kind === 'user' && actor.tokenExpiresAt <= this.#parts.clock.now()) {
      return this.end(closeCodes.unauthenticated, 'the token has ended')
    }
    if (now - this.#pingedAt >= pingMs) {
      this.#pingedAt = now
      this.#socket.ping()
    }
  }

  /** Silent for too long: there is nobody to say farewell to, and no reload to wait for. */
  #giveUp(): void {
    this.#closing = true
    this.#leave(0)
    this.#socket.terminate()
  }

  #gone(): void {
    this.#closing = true
    this.#leave(this.#settings.graceMs)
  }

  #leave(graceMs: number): void {
    if (this.#session !== undefined) this.#sessions.detach(this.#session, this, graceMs)
  }

  #receive(data: RawData, isBinary: boolean): void {
    const now = performance.now()
    this.#heardAt = now
    if (this.#closing) return
    const { messagesPerSecond, messageBurst } = this.#settings
    const { level, state } = takeFrom(this.#level, { perSecond: messagesPerSecond, burst: messageBurst }, 1, now)
    this.#level = level
    if (!state.allowed || this.#queued >= maxQueued) return this.end(closeCodes.tooManyMessages, 'too many messages')
    // With `binaryType` as it is by default a message is one Buffer.
    const message = isBinary || !Buffer.isBuffer(data) ? undefined : parseMessage(data.toString())
    if (message === undefined) return this.end(closeCodes.badMessage, 'not a message of this protocol')
    this.#queued++
    this.#work = this.#work
      .then(() => (this.#closing ? undefined : this.#obey(message)))
      .catch((error: unknown) => this.#refuse(error))
      .finally(() => this.#queued--)
  }

  async #obey(message: CheckedMessage): Promise<void> {
    if (message.type === 'hello' ? this.#greeted : this.#session === undefined) {
      return this.end(closeCodes.badMessage, 'hello comes first, and once')
    }
    if (message.type === 'hello') return this.#hello(message)
    if (message.type === 'renew') return this.#renew(message.token)
    if (message.type === 'call.signal' || message.type === 'call.proof') return this.#tellCall(message)
    if (this.#session !== undefined) await this.#sessions.watch(this.#session, message.userIds)
  }

  /** Calls are between users: of a server's connection such a message means nothing. */
  async #tellCall(message: CallMessage): Promise<void> {
    const actor = this.#session?.actor
    if (actor?.kind === 'user') await this.#parts.onCallMessage(actor, message)
  }

  async #hello({ ticket = this.#greeting.ticket, token, resume, watch }: Hello): Promise<void> {
    this.#greeted = true
    const actor = await this.#whoIs(ticket, token)
    const { origin } = this.#greeting
    if (origin !== undefined && !(await this.#speaksFor(actor, origin))) return this.end(closeCodes.revoked, 'origin not allowed')
    if (this.#isOver()) return
    const known = resume === undefined ? undefined : this.#sessions.find(actor, resume.session)
    const missed = resume === undefined ? undefined : known?.since(resume.seq)
    const session = missed === undefined ? undefined : known
    if (session?.transport === undefined && !this.#sessions.hasRoom(actor)) {
      return this.end(closeCodes.tooManySockets, 'too many connections')
    }
    if (session !== undefined && resume !== undefined) {
      await this.#resume(session, actor, resume.seq, missed ?? [])
      if (watch !== undefined) await this.#sessions.watch(session, watch)
    } else {
      this.#session = await this.#sessions.open(actor, watch ?? [], this)
    }
    this.#onIdentified()
    // The client may have gone while all this was read.
    if (this.#isOver()) this.#leave(this.#settings.graceMs)
  }

  async #resume(session: Session, actor: RealtimeActor, seq: number, missed: readonly string[]): Promise<void> {
    // Carries the number that the client named: the frames missed go on from there.
    this.send(frameText(seq, frameBody('session.resumed', { session: session.id })))
    for (const text of missed) this.send(text)
    session.forget(seq)
    this.#session = session
    await this.#sessions.attach(session, this, actor)
  }

  /** A page never holds a secret key, nor a ticket that was made with one. */
  async #speaksFor(actor: RealtimeActor, origin: string): Promise<boolean> {
    return actor.kind === 'user' && (await this.#parts.originAllowed(actor, origin))
  }

  async #whoIs(ticket: string | undefined, token: string | undefined): Promise<RealtimeActor> {
    if (ticket !== undefined) return redeemTicket(this.#parts, ticket)
    return this.#parts.authenticateToken(token ?? '')
  }

  async #renew(token: string): Promise<void> {
    const actor = await this.#parts.authenticateToken(token)
    if (this.#session === undefined) return
    if (ownerOf(actor) !== ownerOf(this.#session.actor)) return this.end(closeCodes.unauthenticated, 'the token is of another user')
    this.#session.actor = actor
  }

  /** Never fails: the messages that follow wait for it. */
  async #refuse(error: unknown): Promise<void> {
    if (error instanceof Problem && error.status === 401) {
      try {
        await this.#parts.countGuess(error, this.#greeting.ip)
      } catch {
        return this.end(tryAgainLater, 'try again later')
      }
      return this.end(closeCodes.unauthenticated, 'not signed in')
    }
    if (error instanceof Problem && error.status === 403) return this.end(closeCodes.revoked, 'not allowed')
    this.#parts.logger.warn('a live connection could not be served', { error })
    this.end(tryAgainLater, 'try again later')
  }
}

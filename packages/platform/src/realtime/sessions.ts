import { closeCodes } from '@impacthub/sdk/contract'
import type { TenantId } from '../base/tenant.ts'
import type { Message } from '../bus/bus.ts'
import { createConnected, type Connected } from './connected.ts'
import type { FanOut } from './fan-out.ts'
import { bodyOf, frameBody } from './frames.ts'
import { ownerOf, settingsOf, type RealtimeActor, type RealtimeParts, type RealtimeSettings } from './parts.ts'
import { revokedAmong } from './recheck-credentials.ts'
import { every } from './rounds.ts'
import { SessionIndex, topicOf } from './session-index.ts'
import { Session, type Transport } from './session.ts'
import { topicListeners, type TopicListeners } from './topic-listeners.ts'
import { eventMessage, notice, topics } from './topics.ts'
import { WatchedUsers } from './watched-users.ts'

/** Sessions of one owner that wait for their client: beyond it, the longest waiting makes room. */
const maxWaiting = 10
/** Every so many sweeps all watched users are read anew, in case a hint was lost. */
const fullSweep = 5

/** The sessions of this process: whose they are, what they hear, and how long they wait for a client that is away. */
export class Sessions {
  readonly #parts: RealtimeParts
  readonly #settings: RealtimeSettings
  readonly #index = new SessionIndex()
  /** In the order in which their clients went away, with the time. */
  readonly #waiting = new Map<Session, number>()
  readonly #watched = new Map<TenantId, WatchedUsers>()
  readonly #connected: Connected
  readonly #listeners: TopicListeners
  readonly #rounds: (() => void)[]
  #sweeps = 0

  constructor(parts: RealtimeParts, fanOut: FanOut) {
    this.#parts = parts
    this.#settings = settingsOf(parts)
    this.#connected = createConnected(parts, fanOut)
    this.#listeners = topicListeners(parts.bus)
    const { recheckMs, sweepMs } = this.#settings
    this.#rounds = [
      every(recheckMs, parts.logger, () => {
        this.#forgetWaiting()
        return this.recheck()
      }),
      every(sweepMs, parts.logger, () => this.#sweep()),
    ]
  }

  /** Whether the owner may have one more live connection. Opening at once after asking keeps the limit. */
  hasRoom(actor: RealtimeActor): boolean {
    const live = this.#index.byOwner(actor).filter((session) => session.transport !== undefined).length
    return live < (actor.kind === 'user' ? this.#settings.maxUserSockets : this.#settings.maxKeySockets)
  }

  /** A new session; its first frame is the snapshot. */
  async open(actor: RealtimeActor, watch: readonly string[], transport: Transport): Promise<Session> {
    const session = new Session(actor)
    session.transport = transport
    let preparing: Promise<() => unknown> | undefined
    try {
      // First hear of changes, then read the state: nothing falls in between.
      await this.#enlist(session)
      const watching = this.#usersOf(actor.tenant.id).prepare(session, watch)
      preparing = watching
      const [state, told] = await Promise.all([this.#parts.snapshotOf(actor), watching])
      const { calls, wallet } = state
      const user = actor.kind === 'user' ? { userId: actor.hostUserId } : {}
      session.begin(frameBody('session.snapshot', { session: session.id, ...user, calls, wallet, presence: told() }))
      return session
    } catch (error) {
      this.detach(session, transport, this.#settings.graceMs)
      this.#end(session)
      await preparing?.then(
        (told) => told(),
        () => undefined,
      )
      throw error
    }
  }

  /** A session of this very actor, if it is still here. */
  find(actor: RealtimeActor, id: string): Session | undefined {
    const session = this.#index.byId(id)
    return session !== undefined && ownerOf(session.actor) === ownerOf(actor) ? session : undefined
  }

  /** Continues a session over another transport; what carried it before is ended. */
  async attach(session: Session, transport: Transport, actor: RealtimeActor): Promise<void> {
    const before = session.transport
    session.transport = transport
    session.actor = actor
    this.#waiting.delete(session)
    before?.end(1000, 'continued elsewhere')
    if (before === undefined && actor.kind === 'user') await this.#connected.came(actor)
  }

  /** The transport is gone. The session waits for its client, if it was not continued elsewhere. */
  detach(session: Session, transport: Transport, graceMs: number): void {
    if (session.transport !== transport) return
    session.transport = undefined
    if (session.actor.kind === 'user') this.#connected.went(session.actor, graceMs)
    if (session.ended) return
    this.#waiting.set(session, performance.now())
    const others = this.#index.byOwner(session.actor).filter((one) => this.#waiting.has(one))
    if (others.length <= maxWaiting) return
    this.#end(others.reduce((a, b) => ((this.#waiting.get(a) ?? 0) <= (this.#waiting.get(b) ?? 0) ? a : b)))
  }

  async watch(session: Session, hostUserIds: readonly string[]): Promise<void> {
    const told = await this.#usersOf(session.actor.tenant.id).prepare(session, hostUserIds)
    const presence = told()
    if (presence.length > 0) session.push(frameBody('presence.snapshot', { presence }))
  }

  /** Closes what was opened with credentials that no longer count. */
  async recheck(tenantId?: TenantId): Promise<void> {
    for (const session of await revokedAmong(this.#parts, this.#index.live(tenantId))) {
      session.transport?.end(closeCodes.revoked, 'revoked')
      this.#end(session)
    }
  }

  async close(): Promise<void> {
    for (const end of this.#rounds) end()
    this.#connected.close()
    await this.#listeners.close()
  }

  async #enlist(session: Session): Promise<void> {
    const { actor } = session
    const { id } = actor.tenant
    const topic = topicOf(actor)
    this.#index.add(session)
    await Promise.all([
      this.#listeners.add(topic, (message) => this.#hearEvent(topic, message)),
      this.#listeners.add(topics.notices(id), (message) => this.#hearNotice(id, message)),
      actor.kind === 'user' ? this.#connected.came(actor) : undefined,
    ])
  }

  #end(session: Session): void {
    if (session.ended) return
    session.ended = true
    const { id } = session.actor.tenant
    this.#index.remove(session)
    this.#waiting.delete(session)
    this.#listeners.remove(topicOf(session.actor))
    this.#listeners.remove(topics.notices(id))
    const users = this.#watched.get(id)
    users?.leaveAll(session)
    if (users?.empty === true) this.#watched.delete(id)
  }

  #hearEvent(topic: string, message: Message): void {
    const event = eventMessage.safeParse(message)
    if (!event.success) return
    const body = bodyOf(event.data.type, event.data.data)
    for (const session of this.#index.byTopic(topic)) session.push(body)
  }

  #hearNotice(tenantId: TenantId, message: Message): void {
    const heard = notice.safeParse(message)
    if (!heard.success) return
    if (heard.data.about === 'presence') this.#watched.get(tenantId)?.hint(heard.data.userIds, heard.data.change)
    else if (heard.data.about === 'left') void this.#connected.leftElsewhere(tenantId, heard.data.userId)
    else void this.recheck(tenantId)
  }

  #usersOf(tenantId: TenantId): WatchedUsers {
    let users = this.#watched.get(tenantId)
    if (users === undefined) {
      users = new WatchedUsers(this.#parts, tenantId)
      this.#watched.set(tenantId, users)
    }
    return users
  }

  #forgetWaiting(): void {
    const before = performance.now() - this.#settings.keepMs
    for (const [session, since] of this.#waiting) {
      if (since > before) return
      this.#end(session)
    }
  }

  async #sweep(): Promise<void> {
    const all = ++this.#sweeps % fullSweep === 0
    for (const users of this.#watched.values()) await users.sweep(all)
  }
}

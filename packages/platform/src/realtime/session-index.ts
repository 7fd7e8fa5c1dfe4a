import type { TenantId } from '../base/tenant.ts'
import { ownerOf, type RealtimeActor } from './parts.ts'
import type { Session } from './session.ts'
import { topics } from './topics.ts'

/** Where events for this actor arrive. */
export const topicOf = (actor: RealtimeActor): string =>
  actor.kind === 'user' ? topics.user(actor.tenant.id, actor.userId) : topics.app(actor.tenant.id)

function add(index: Map<string, Set<Session>>, key: string, session: Session): void {
  const sessions = index.get(key)
  if (sessions === undefined) index.set(key, new Set([session]))
  else sessions.add(session)
}

function remove(index: Map<string, Set<Session>>, key: string, session: Session): void {
  const sessions = index.get(key)
  sessions?.delete(session)
  if (sessions?.size === 0) index.delete(key)
}

/** The sessions of a process, found by every name that is asked for. */
export class SessionIndex {
  readonly #byId = new Map<string, Session>()
  readonly #byTopic = new Map<string, Set<Session>>()
  readonly #byOwner = new Map<string, Set<Session>>()

  add(session: Session): void {
    this.#byId.set(session.id, session)
    add(this.#byTopic, topicOf(session.actor), session)
    add(this.#byOwner, ownerOf(session.actor), session)
  }

  remove(session: Session): void {
    this.#byId.delete(session.id)
    remove(this.#byTopic, topicOf(session.actor), session)
    remove(this.#byOwner, ownerOf(session.actor), session)
  }

  byId(id: string): Session | undefined {
    return this.#byId.get(id)
  }

  byTopic(topic: string): Iterable<Session> {
    return this.#byTopic.get(topic) ?? []
  }

  byOwner(actor: RealtimeActor): Session[] {
    return [...(this.#byOwner.get(ownerOf(actor)) ?? [])]
  }

  /** Those that a client is listening to now. */
  live(tenantId?: TenantId): Session[] {
    return [...this.#byId.values()].filter(
      (session) => session.transport !== undefined && (tenantId === undefined || session.actor.tenant.id === tenantId),
    )
  }
}

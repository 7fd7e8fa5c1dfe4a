import type { Presence } from '@impacthub/sdk/contract'
import type { TenantId } from '../base/tenant.ts'
import { connectedSet, presenceOf, type AvailabilityRow, type PresenceFacts } from '../features/presence/index.ts'
import { frameBody } from './frames.ts'
import type { RealtimeParts } from './parts.ts'
import type { Session } from './session.ts'

interface Watched {
  readonly hostUserId: string
  /** Sessions that were told what stands below, and are told each change. */
  readonly watchers: Set<Session>
  /** Sessions that are about to be told. */
  expected: number
  facts: PresenceFacts | undefined
  /** As told last; undefined until it was read. */
  told: Presence | undefined
  /** The number of the latest reading that was taken over. */
  reading: number
}

type Needs = Pick<RealtimeParts, 'bus' | 'clock' | 'logger' | 'presence'>

const batch = 1_000

const isSame = (a: Presence, b: Presence): boolean =>
  a.status === b.status && a.rate?.coins === b.rate?.coins && a.rate?.seconds === b.rate?.seconds

/**
 * The watched users of one tenant, as far as sessions of this process watch them: status and price are read once for all watchers, and
 * told when one of them has changed. Readings are numbered when they begin, so that one that was overtaken changes nothing.
 */
export class WatchedUsers {
  readonly #parts: Needs
  readonly #tenantId: TenantId
  readonly #byHostId = new Map<string, Watched>()
  readonly #byUserId = new Map<string, Watched>()
  #hinted = new Set<string>()
  // Hints that came while hosts' ids were being looked up: whom they are about is known only afterwards.
  #unplaced = new Set<string>()
  #lookups = 0
  #readings = 0
  #reading = false

  constructor(parts: Needs, tenantId: TenantId) {
    this.#parts = parts
    this.#tenantId = tenantId
  }

  get empty(): boolean {
    return this.#byHostId.size === 0
  }

  /**
   * Lets a session watch exactly these users from now on. Answers with `told`, which must be called at once: it makes the session a
   * watcher and gives the states of those newly watched, with no room for a change between the two.
   */
  async prepare(session: Session, hostUserIds: readonly string[]): Promise<() => Presence[]> {
    const wanted = new Set(hostUserIds)
    for (const id of session.watched) if (!wanted.has(id)) this.#leave(session, id)
    const added = hostUserIds.filter((id) => !session.watched.has(id))
    session.watched = wanted
    const expected = added.map((id) => this.#expect(id))
    try {
      await this.#readByHostId(expected.filter((one) => one.told === undefined))
    } catch (error) {
      session.watched = new Set([...wanted].filter((id) => !added.includes(id)))
      for (const one of expected) this.#release(one)
      throw error
    }
    return () =>
      expected.map((one) => {
        // A session that ended meanwhile, or watches others by now, hears nothing more.
        if (!session.ended && session.watched.has(one.hostUserId)) one.watchers.add(session)
        this.#release(one)
        return one.told ?? this.#presenceOf(one)
      })
  }

  leaveAll(session: Session): void {
    for (const id of session.watched) this.#leave(session, id)
    session.watched = new Set()
  }

  /** The status or price of these users (`usr_…`) may have changed. `change`: how one of them was just written. */
  hint(userIds: readonly string[], change?: AvailabilityRow): void {
    if (change !== undefined) this.#learn(change)
    for (const id of userIds) {
      if (this.#byUserId.has(id)) this.#hinted.add(id)
      else if (this.#lookups > 0) this.#unplaced.add(id)
    }
    if (!this.#reading && this.#hinted.size > 0) void this.#readHinted()
  }

  /** Finds those who vanished without a word, and wishes that have run out. `all`: reads everything anew, in case a hint was lost. */
  async sweep(all: boolean): Promise<void> {
    for (const one of this.#byHostId.values()) this.#tell(one)
    if (all) {
      this.hint([...this.#byUserId.keys()])
      await this.#readByHostId([...this.#byHostId.values()].filter((one) => one.facts === undefined))
      return
    }
    const userIds = [...this.#byUserId.keys()]
    for (let i = 0; i < userIds.length; i += batch) {
      const some = userIds.slice(i, i + batch)
      const alive = await this.#parts.bus.alive(connectedSet(this.#tenantId), some)
      this.hint(some.filter((id) => this.#byUserId.get(id)?.facts?.connected !== alive.has(id)))
    }
  }

  // Told at once, with what else is known of the user. The reading that the same hint asks for puts right what crossed on its way.
  #learn(change: AvailabilityRow): void {
    const one = this.#byUserId.get(change.userId)
    if (one?.facts === undefined) return
    one.reading = ++this.#readings
    one.facts = { ...one.facts, ...change }
    this.#tell(one)
  }

  #expect(hostUserId: string): Watched {
    let one = this.#byHostId.get(hostUserId)
    if (one === undefined) {
      one = { hostUserId, watchers: new Set(), expected: 0, facts: undefined, told: undefined, reading: 0 }
      this.#byHostId.set(hostUserId, one)
    }
    one.expected++
    return one
  }

  #release(one: Watched): void {
    one.expected--
    this.#forgetUnwatched(one)
  }

  #leave(session: Session, hostUserId: string): void {
    const one = this.#byHostId.get(hostUserId)
    one?.watchers.delete(session)
    if (one !== undefined) this.#forgetUnwatched(one)
  }

  #forgetUnwatched(one: Watched): void {
    if (one.watchers.size > 0 || one.expected > 0 || this.#byHostId.get(one.hostUserId) !== one) return
    this.#byHostId.delete(one.hostUserId)
    if (one.facts !== undefined && this.#byUserId.get(one.facts.userId) === one) this.#byUserId.delete(one.facts.userId)
  }

  async #readHinted(): Promise<void> {
    this.#reading = true
    try {
      while (this.#hinted.size > 0) {
        const userIds = [...this.#hinted].slice(0, batch)
        for (const id of userIds) this.#hinted.delete(id)
        const number = ++this.#readings
        const asked = userIds.flatMap((id) => this.#byUserId.get(id) ?? [])
        const found = await this.#parts.presence.factsById(this.#tenantId, userIds)
        this.#takeOver(asked, found, number)
      }
    } catch (error) {
      // The sweep that reads everything asks again.
      this.#hinted.clear()
      this.#parts.logger.warn('presence could not be read', { error })
    } finally {
      this.#reading = false
    }
  }

  async #readByHostId(wanted: readonly Watched[]): Promise<void> {
    if (wanted.length === 0) return
    this.#lookups++
    try {
      await this.#lookUp(wanted)
    } finally {
      const unplaced = [...this.#unplaced]
      if (--this.#lookups === 0) this.#unplaced.clear()
      this.hint(unplaced)
    }
  }

  async #lookUp(wanted: readonly Watched[]): Promise<void> {
    for (let i = 0; i < wanted.length; i += batch) {
      const asked = wanted.slice(i, i + batch)
      const number = ++this.#readings
      const found = await this.#parts.presence.factsByHostId(
        this.#tenantId,
        asked.map((one) => one.hostUserId),
      )
      this.#takeOver(asked, found, number)
    }
  }

  #takeOver(asked: readonly Watched[], found: readonly PresenceFacts[], number: number): void {
    const byHostId = new Map(found.map((facts) => [facts.hostUserId, facts]))
    for (const one of asked) {
      if (one.reading > number) continue
      one.reading = number
      const facts = byHostId.get(one.hostUserId)
      if (one.facts !== undefined && one.facts.userId !== facts?.userId) this.#byUserId.delete(one.facts.userId)
      one.facts = facts
      if (facts !== undefined && this.#byHostId.get(one.hostUserId) === one) this.#byUserId.set(facts.userId, one)
      one.told ??= this.#presenceOf(one)
      this.#tell(one)
    }
  }

  #presenceOf({ hostUserId, facts }: Watched): Presence {
    return presenceOf(hostUserId, facts, this.#parts.clock.now())
  }

  #tell(one: Watched): void {
    const presence = this.#presenceOf(one)
    if (one.told === undefined || isSame(one.told, presence)) return
    one.told = presence
    const body = frameBody('presence.changed', presence)
    for (const session of one.watchers) session.push(body)
  }
}

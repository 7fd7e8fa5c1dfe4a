import type { Bus, Message } from '../bus/bus.ts'

interface Entry {
  users: number
  readonly begun: Promise<() => Promise<void>>
}

/** One subscription of this process a topic, however many here want it. */
export interface TopicListeners {
  /** Resolves when messages arrive. The listener of the first one is the listener of the topic. */
  add(topic: string, listener: (message: Message) => void): Promise<void>
  remove(topic: string): void
  close(): Promise<void>
}

export function topicListeners(bus: Bus): TopicListeners {
  const entries = new Map<string, Entry>()
  const endOf = (entry: Entry) => entry.begun.then((end) => end()).catch(() => undefined)
  return {
    async add(topic, listener) {
      const entry = entries.get(topic) ?? { users: 0, begun: bus.subscribe(topic, listener) }
      entry.users++
      entries.set(topic, entry)
      await entry.begun
    },
    remove(topic) {
      const entry = entries.get(topic)
      if (entry === undefined || --entry.users > 0) return
      entries.delete(topic)
      void endOf(entry)
    },
    async close() {
      const all = [...entries.values()]
      entries.clear()
      await Promise.all(all.map(endOf))
    },
  }
}

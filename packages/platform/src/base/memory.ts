import { LRUCache } from 'lru-cache'

/** Rows remembered for a short time. */
export interface Memory<K, V> {
  /** What is known, else what `load` finds: those who ask while it looks wait for the same answer. What does not exist is not remembered. */
  recall(key: K, load: () => Promise<V | undefined>): Promise<V | undefined>
  forget(which: (key: K, value: V) => boolean): void
}

export function createMemory<K extends string | number, V extends object>(max: number, ttl: number): Memory<K, V> {
  const known = new LRUCache<K, V>({ max, ttl })
  const loading = new Map<K, Promise<V | undefined>>()

  function look(key: K, load: () => Promise<V | undefined>): Promise<V | undefined> {
    const found = load()
      .then((value) => {
        // Not after a change: what was read before it must not be remembered behind it.
        if (value !== undefined && loading.get(key) === found) known.set(key, value)
        return value
      })
      .finally(() => {
        if (loading.get(key) === found) loading.delete(key)
      })
    loading.set(key, found)
    return found
  }

  return {
    recall(key, load) {
      const value = known.get(key)
      return value === undefined ? (loading.get(key) ?? look(key, load)) : Promise.resolve(value)
    },
    forget(which) {
      loading.clear()
      for (const [key, value] of known.entries()) if (which(key, value)) known.delete(key)
    },
  }
}

import { isRecord, type Json } from './json.ts'
import type { StateFile } from './state-file.ts'

/** Records of one kind, in the order of creation, kept in a state file. */
export interface Collection<Item> {
  readonly all: ReadonlyMap<string, Item>
  /** Items that are not over. */
  live(): number
  save(key: string, item: Item): void
  remove(key: string): void
  clear(): void
}

/** What a collection keeps. */
export interface Keeping<Item> {
  /** Whether nothing happens to it any more; such items are forgotten, the oldest first, when there are more than `most`. */
  readonly isOver: (item: Item) => boolean
  readonly most: number
}

const everything: Keeping<unknown> = { isOver: () => false, most: Infinity }

/** Opens the records of one kind. The file is written by the sandbox alone, so a record is taken for what it was. */
export function openCollection<Item>(file: StateFile, kind: string, { isOver, most }: Keeping<Item> = everything): Collection<Item> {
  const all = new Map<string, Item>(
    [...file.found]
      .filter((entry): entry is [string, { readonly [name: string]: Json }] => entry[0].startsWith(`${kind}:`) && isRecord(entry[1]))
      .map(([key, json]) => [key.slice(kind.length + 1), structuredClone(json) as Item]),
  )
  const over = new Set([...all].filter(([, item]) => isOver(item)).map(([key]) => key))
  const forget = (key: string): void => {
    over.delete(key)
    all.delete(key)
    file.changed(`${kind}:${key}`, () => undefined)
  }
  const trim = (): void => {
    for (const key of over) {
      if (over.size <= most) return
      forget(key)
    }
  }
  trim()
  return {
    all,
    live: () => all.size - over.size,
    save(key, item) {
      all.set(key, item)
      if (isOver(item)) over.add(key)
      trim()
      if (all.has(key)) file.changed(`${kind}:${key}`, () => item)
    },
    remove: forget,
    clear() {
      for (const key of [...all.keys()]) forget(key)
    },
  }
}

/** Things that happen, handed out one by one in their order; who comes first waits. */
export interface Queue<T> {
  push(item: T): void
  next(): Promise<T>
  /** How many came that nobody took. */
  readonly size: number
}

export function createQueue<T>(): Queue<T> {
  const items: T[] = []
  const waiting: ((item: T) => void)[] = []
  return {
    push(item) {
      const taker = waiting.shift()
      if (taker) taker(item)
      else items.push(item)
    },
    next: () =>
      items.length > 0
        ? Promise.resolve(items.splice(0, 1)).then(([item]) => item as T)
        : new Promise<T>((resolve) => {
            waiting.push(resolve)
          }),
    get size() {
      return items.length
    },
  }
}

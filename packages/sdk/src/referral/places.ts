/** Where a browser keeps a word for the next visit. Reading and writing may throw: a page can be forbidden to keep anything. */
export interface Place {
  read(name: string): string | null | undefined
  write(name: string, value: string, seconds: number): void
}

const storage: Place = {
  read: (name) => localStorage.getItem(name),
  write: (name, value) => localStorage.setItem(name, value),
}

/** Of this site only, and never sent to another one's pages. Its words hold nothing that would have to be escaped. */
const cookie: Place = {
  read: (name) =>
    document.cookie
      .split('; ')
      .find((one) => one.startsWith(`${name}=`))
      ?.slice(name.length + 1),
  write: (name, value, seconds) => {
    const secure = location.protocol === 'https:' ? '; Secure' : ''
    document.cookie = `${name}=${value}; Max-Age=${seconds}; Path=/; SameSite=Lax${secure}`
  },
}

const words = new Map<string, string>()
/** As long as the page lives: what is left where a browser keeps nothing. */
const memory: Place = { read: (name) => words.get(name), write: (name, value) => words.set(name, value) }

/** Two places, since either may be emptied alone. None on a server, where what is kept would be another visitor's. */
export const placesHere = (): readonly Place[] => (typeof document === 'undefined' ? [] : [storage, cookie, memory])

/** What the first place says that says something sensible: anybody can write there. */
export function recall(places: readonly Place[], name: string, shape: RegExp): string | undefined {
  for (const place of places) {
    try {
      const value = place.read(name)
      if (value && shape.test(value)) return value
    } catch {
      // Forbidden here: the next one may know.
    }
  }
  return undefined
}

/** Writes it wherever that is allowed. */
export function keep(places: readonly Place[], name: string, value: string, seconds: number): void {
  for (const place of places) {
    try {
      place.write(name, value, seconds)
    } catch {
      // Forbidden or full.
    }
  }
}

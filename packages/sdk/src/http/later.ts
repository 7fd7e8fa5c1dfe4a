type Methods = Readonly<Record<PropertyKey, (...given: unknown[]) => unknown>>

/**
 * One of some areas whose code comes with the first question. Each method answers a promise anyway; where the code cannot be loaded it is
 * rejected, and the next question tries again.
 */
export const later = <Areas, Name extends keyof Areas>(load: () => Promise<Areas>, area: Name): Areas[Name] =>
  new Proxy(
    {},
    {
      // Not 'then': who awaits the area itself must not take it for a promise.
      get: (_, name) => name !== 'then' && (async (...given: unknown[]) => ((await load())[area] as Methods)[name]?.(...given)),
    },
  ) as Areas[Name]

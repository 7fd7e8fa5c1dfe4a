type Method = (...given: unknown[]) => unknown

/**
 * An area whose code comes with its first question. Each of its methods answers a promise anyway; one that cannot be loaded is rejected, and
 * the next question tries again.
 */
export function later<Area extends object>(load: () => Promise<Area>): Area {
  const ask =
    (name: PropertyKey): Method =>
    async (...given) => {
      const area = await load()
      return (Reflect.get(area, name) as Method)(...given)
    }
  // Not 'then': who awaits the area itself must not take it for a promise.
  return new Proxy({}, { get: (own, name): unknown => Reflect.get(own, name) ?? (name === 'then' ? undefined : ask(name)) }) as Area
}

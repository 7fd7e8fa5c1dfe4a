/** What stands in the Authorization header. */
export interface Credential {
  current(): string | Promise<string>
  /** Another value, asked once after the platform refused this one. Absent: there is none. */
  readonly replace?: (refused: string) => string | Promise<string>
}

/** A key never changes. */
export const fixedKey = (key: string): Credential => ({ current: () => key })

/** Somebody who keeps a list of domains that give out mailboxes for ten minutes. */
export interface ThrowawayList {
  /** The domains, as they are written there. Fails when there is no list, or none of a size that a list has. */
  read(): Promise<string[]>
}

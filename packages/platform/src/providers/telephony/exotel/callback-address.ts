/** What Exotel is given as the last part of an address of ours, and how it is told again what a message is about. */
export type About = 'status' | 'dial-events' | 'leg-events'

/** The same call's address with another last part. */
export function callbackUrl(url: string, about: About, params: Readonly<Record<string, string>> = {}): string {
  const address = new URL(url)
  address.pathname = address.pathname.replace(/[^/]*$/, about)
  address.search = new URLSearchParams(params).toString()
  return address.href
}

export interface Addressed {
  readonly callId: string
  readonly about: About
  readonly query: URLSearchParams
}

/** `…/{callId}/{token}/{about}` */
const shape = /\/([^/]+)\/[^/]+\/([a-z-]{1,20})$/

const meanings: ReadonlyMap<string, About> = new Map([
  ['status', 'status'],
  ['caller-status', 'status'],
  ['dial-events', 'dial-events'],
  ['callee-status', 'dial-events'],
  ['leg-events', 'leg-events'],
])

/** Undefined where no message of Exotel's is expected. */
export function readAddress(url: string): Addressed | undefined {
  const address = URL.parse(url)
  const [, callId, word = ''] = shape.exec(address?.pathname ?? '') ?? []
  const about = meanings.get(word)
  return address === null || callId === undefined || about === undefined ? undefined : { callId, about, query: address.searchParams }
}

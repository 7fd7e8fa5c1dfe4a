import type { CallOptions, ClientOf } from './contract/kit.ts'
import type { ClientMessage, RealtimeEvents, RealtimeEventType } from './contract/events.ts'
import type { clientSchemas, serverSchemas } from './contract/schemas.ts'

/** How the live connection stands. `polling`: WebSocket is blocked and long polling does its work. */
export type ConnectionState = 'idle' | 'connecting' | 'open' | 'polling' | 'offline'

/** What the tab says that carries the sound of a browser call. */
export type CallMessage = Extract<ClientMessage, { type: `call.${string}` }>

/** Live events of one user (or, with a secret key, of the whole app). It connects at the first listener. */
export interface Realtime {
  readonly state: ConnectionState
  /** Hears events of one type until the returned function is called. */
  on<Type extends RealtimeEventType>(type: Type, listener: (data: RealtimeEvents[Type]) => void): () => void
  onState(listener: (state: ConnectionState) => void): () => void
  /** Watches the presence of these users (counted: two watchers of one user need two ends). */
  watch(userIds: readonly string[]): () => void
  /** Says something of a call's sound over the open WebSocket; false when there is none. `createCallMedia` does it for you. */
  send(message: CallMessage): boolean
  connect(): void
  /** Ends the connection for good. */
  close(): void
}

export interface ClientSettings {
  /** Where the platform is, e.g. `https://connect.example`. */
  readonly baseUrl: string
  /** `pk_test_…` or `pk_live_…`. */
  readonly publishableKey: string
  /** Asks the host's own backend for a user token. Called before the old one ends, once however many requests wait. */
  readonly getToken: () => Promise<string>
  readonly fetch?: typeof globalThis.fetch
  /** Absent: the environment's own. `null`: long polling only. */
  readonly WebSocket?: typeof globalThis.WebSocket | null
}

type Areas = typeof clientSchemas

/** Uploads in pieces; `uploadDocument` sends them for you. */
type Uploads = Omit<ClientOf<Areas['kycUploads']>, 'append'> & {
  /** Sends the next bytes of an upload. */
  append(input: { readonly uploadId: string; readonly offset: number; readonly bytes: Blob }, options?: CallOptions): Promise<void>
}
type ServerAreas = typeof serverSchemas

/** The client of one signed-in user. */
export type ConnectClient = {
  readonly [Area in Exclude<keyof Areas, 'realtime' | 'kycUploads'>]: ClientOf<Areas[Area]>
} & { readonly kycUploads: Uploads; readonly realtime: Realtime }

export interface ServerSettings {
  readonly baseUrl: string
  /** `sk_test_…` or `sk_live_…`; never in a browser. */
  readonly secretKey: string
  readonly fetch?: typeof globalThis.fetch
}

/** The client of a host's backend. */
export type ConnectServer = {
  readonly [Area in Exclude<keyof ServerAreas, 'realtime'>]: ClientOf<ServerAreas[Area]>
} & { readonly realtime: Realtime }

import { ConnectError } from '@impacthub/sdk'
import type { Call, CallOptions, ConnectClient, ConnectionState, Presence, RealtimeEvents, RealtimeEventType } from '@impacthub/sdk'
import * as samples from './samples.ts'
import { historyOf, type HistoryScript } from './scripted-history.ts'
import { kycOf, newKycBook, type KycBook, type KycScript } from './scripted-kyc.ts'
import { referralOf, type ReferralScript } from './scripted-referral.ts'
import { readApp, topupsOf, type TopupScript } from './scripted-topups.ts'
import { withdrawalsOf, type WithdrawScript } from './scripted-withdrawals.ts'
import { balancesOf, walletOf, type WalletScript } from './scripted-wallet.ts'

/** What the scripted platform answers. What is left out is answered from the samples. */
export interface Script extends HistoryScript, KycScript, ReferralScript, TopupScript, WalletScript, WithdrawScript {
  readonly me?: string
  readonly calls?: readonly Call[]
  readonly presence?: readonly Presence[]
  readonly connection?: ConnectionState
  readonly create?: (calleeId: string, options: CallOptions | undefined, wish: Parameters<Calls['create']>[0]) => Promise<Call>
  readonly end?: (callId: string) => Promise<Call>
  readonly decline?: (callId: string) => Promise<Call>
  readonly accept?: (callId: string, peer: string | undefined) => Promise<Call>
  readonly getCall?: (callId: string) => Promise<Call>
  readonly waiting?: Partial<ConnectClient['waiting']>
}

type Listener = (data: never) => void
type Calls = ConnectClient['calls']

/** A client with a platform that says what it is told to say. */
export interface ScriptedClient extends ConnectClient {
  /** Opens the connection: state, then snapshot. */
  open(news?: Partial<RealtimeEvents['session.snapshot']>): void
  emit<Type extends RealtimeEventType>(type: Type, data: RealtimeEvents[Type]): void
  connection(state: ConnectionState): void
  readonly kycBook: KycBook
  /** Users watched now, one entry a watcher. */
  readonly watched: readonly string[]
}

export const problem = (code: string, status?: number): ConnectError => new ConnectError(code, 'scripted', { status })
const unscripted = () => Promise.reject(problem('not_found', 404))
/** The methods that a scene needs; any other is refused. */
const only = <Area extends object>(methods: Partial<Area>): Area =>
  new Proxy(methods, { get: (target, name) => (Reflect.get(target, name) as unknown) ?? unscripted }) as Area

export const never = (): Promise<never> => new Promise(() => {})

/** Makes a client of the public type for stories and tests of the elements. */
export function scriptedClient(script: Script = {}): ScriptedClient {
  const listeners = new Map<string, Set<Listener>>()
  const stateListeners = new Set<(state: ConnectionState) => void>()
  const watched: string[] = []
  let state: ConnectionState = 'connecting'
  const balances = balancesOf(script)

  const heardBy = (type: RealtimeEventType) => {
    const set = listeners.get(type) ?? new Set()
    listeners.set(type, set)
    return set
  }
  const kycBook = newKycBook()
  const client: ScriptedClient = {
    ...kycOf(script, kycBook),
    kycBook,
    referral: only<ConnectClient['referral']>(referralOf(script)),
    withdrawals: only<ConnectClient['withdrawals']>(withdrawalsOf(script)),
    watched,
    emit: (type, data) => heardBy(type).forEach((listener) => listener(data as never)),
    connection: (next) => {
      state = next
      stateListeners.forEach((listener) => listener(next))
    },
    open: (news) => {
      client.connection('open')
      const known = {
        session: 'ses_1',
        userId: script.me ?? samples.asha,
        calls: script.calls ?? [],
        wallet: balances,
        presence: script.presence ?? [],
      }
      client.emit('session.snapshot', { ...known, ...news })
    },
    app: { get: () => readApp(script) },
    topups: only<ConnectClient['topups']>(topupsOf(script)),
    me: only<ConnectClient['me']>({ get: () => Promise.resolve({ ...samples.user, userId: script.me ?? samples.asha }) }),
    presence: only<ConnectClient['presence']>({ get: () => Promise.resolve({ data: [...(script.presence ?? [])] }) }),
    calls: only<Calls>({
      create: (wish, options) => (script.create ?? unscripted)(wish.calleeId, options, wish),
      end: ({ callId }) => (script.end ?? unscripted)(callId),
      decline: ({ callId }) => (script.decline ?? unscripted)(callId),
      accept: ({ callId, peer }) => (script.accept ?? unscripted)(callId, peer),
      get: ({ callId }) => (script.getCall ?? unscripted)(callId),
      ...historyOf(script, script.me ?? samples.asha),
      iceServers: () => Promise.resolve({ iceServers: [], iceTransportPolicy: 'all', expiresAt: '2026-01-05T12:00:00Z' }),
    }),
    waiting: only<ConnectClient['waiting']>({ list: () => Promise.resolve({ data: [], nextCursor: null }), ...script.waiting }),
    wallet: walletOf(script, balances),
    realtime: {
      get state() {
        return state
      },
      on: (type, listener) => {
        heardBy(type).add(listener)
        return () => heardBy(type).delete(listener)
      },
      onState: (listener) => {
        stateListeners.add(listener)
        return () => stateListeners.delete(listener)
      },
      watch: (userIds) => {
        watched.push(...userIds)
        return () => userIds.forEach((userId) => watched.splice(watched.indexOf(userId), 1))
      },
      send: () => state === 'open',
      connect: () => {},
      close: () => client.connection('idle'),
    },
  }
  if (script.connection) client.connection(script.connection)
  return client
}

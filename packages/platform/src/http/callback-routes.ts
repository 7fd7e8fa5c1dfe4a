import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Mode } from '../base/tenant.ts'
import type { ProviderName } from '../providers/telephony/port.ts'

/** Where providers reach us, and how each of them speaks. */

interface Manner {
  readonly methods: readonly string[]
  /** Content types of what it posts. */
  readonly types: RegExp
  /** What a call's own address may end in. What a message there means, the provider's adapter says. */
  readonly about: readonly string[]
  /** A provider that signs nothing shows by a secret in the address that it is the one we told it to. */
  readonly signs: boolean
  /** How a message is acknowledged that asks nothing. */
  readonly acknowledge: 200 | 204
}

const form = String.raw`application\/x-www-form-urlencoded(?:\s*;\s*charset="?utf-8"?)?`
const json = String.raw`application\/json(?:\s*;\s*charset="?utf-8"?)?`
const parts = String.raw`multipart\/form-data\s*;\s*boundary="?[^",;]{1,70}"?`

export const manners: Readonly<Record<ProviderName, Manner>> = {
  twilio: {
    methods: ['POST'],
    types: new RegExp(`^${form}\\s*$`, 'i'),
    about: ['answer', 'caller-status', 'callee-status', 'after'],
    signs: true,
    acknowledge: 204,
  },
  exotel: {
    // Its applets ask by GET; its status callbacks come as JSON, or as a form where JSON was not agreed.
    methods: ['POST', 'GET'],
    types: new RegExp(`^(?:${form}|${json}|${parts})\\s*$`, 'i'),
    about: ['answer', 'caller-status', 'callee-status', 'after', 'status', 'dial-events', 'leg-events'],
    signs: false,
    acknowledge: 200,
  },
}

export type Destination =
  | { readonly kind: 'call'; readonly provider: ProviderName; readonly callId: string; readonly token: string }
  | { readonly kind: 'incoming'; readonly provider: ProviderName; readonly mode: Mode; readonly secret: string | undefined }

const callPath = /^\/providers\/(twilio|exotel)\/calls\/(call_[0-9a-z]{26})\/([A-Za-z0-9_-]{16,128})\/([a-z-]{1,20})$/
const incomingPath = /^\/providers\/(twilio|exotel)\/(test|live)\/incoming(?:\/([A-Za-z0-9_-]{16,128}))?$/

const providerOf = (word: string | undefined): ProviderName => (word === 'exotel' ? 'exotel' : 'twilio')

/** What an address is about; undefined where it is none of ours. */
export function readAddress(path: string): Destination | undefined {
  const call = callPath.exec(path)
  if (call !== null) {
    const [, name, callId = '', token = '', what = ''] = call
    const provider = providerOf(name)
    return manners[provider].about.includes(what) ? { kind: 'call', provider, callId, token } : undefined
  }
  const incoming = incomingPath.exec(path)
  if (incoming === null) return undefined
  const [, name, mode, secret] = incoming
  return { kind: 'incoming', provider: providerOf(name), mode: mode === 'live' ? 'live' : 'test', secret }
}

/** The secret in the address that a provider which signs nothing asks about calls. It follows from the master key: nothing is stored. */
export const incomingSecret = (masterKey: Buffer, provider: ProviderName, mode: Mode): string =>
  createHmac('sha256', masterKey).update(`incoming calls:${provider}:${mode}`).digest('base64url')

/** The path that a provider asks about calls that come in; at Exotel, about outbound ones too. */
export const incomingPathOf = (masterKey: Buffer, provider: ProviderName, mode: Mode): string =>
  `/providers/${provider}/${mode}/incoming${manners[provider].signs ? '' : `/${incomingSecret(masterKey, provider, mode)}`}`

/** Whether an incoming address holds what it must. */
export function isIncomingAddress(masterKey: Buffer, { provider, mode, secret }: Extract<Destination, { kind: 'incoming' }>): boolean {
  if (manners[provider].signs) return secret === undefined
  const [given, wanted] = [Buffer.from(secret ?? ''), Buffer.from(incomingSecret(masterKey, provider, mode))]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

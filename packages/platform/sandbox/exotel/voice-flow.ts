import { isRecord, type Json } from '../kit/json.ts'

/** A flow as one builds it in the dashboard: a Connect applet on a dynamic URL, and a Passthru behind it. */
export interface VoiceFlow {
  readonly appId: string
  /** Asked whom to dial. */
  readonly connectUrl: string
  /** Asked when that fails. */
  readonly fallbackUrl?: string | undefined
  /** Told how it went. */
  readonly passthruUrl?: string | undefined
}

const FLOW_HOST = /^my\.(?:in\.)?exotel\.(?:com|in)$/
const FLOW_PATH = /^(?:\/([^/]+))?\/exoml\/(?:start|start_voice)\/([\w-]{1,64})$/

/** The flow that an address means: `http://my.exotel.com/{sid}/exoml/start_voice/{app}` or `https://my.exotel.com/exoml/start/{app}`. */
export function appIdOf(text: string, accountSid: string): string | undefined {
  const url = URL.parse(text)
  if (!url || !FLOW_HOST.test(url.hostname)) return undefined
  const [, account, appId] = FLOW_PATH.exec(url.pathname) ?? []
  return account === undefined || account === accountSid ? appId : undefined
}

const isAddress = (value: Json | undefined): value is string =>
  typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '')

/** Reads a flow from JSON; undefined if it is none. */
export function readFlow(json: unknown): VoiceFlow | undefined {
  if (!isRecord(json)) return undefined
  const { appId, connectUrl, fallbackUrl, passthruUrl } = json
  if (typeof appId !== 'string' || !/^[\w-]{1,64}$/.test(appId) || !isAddress(connectUrl)) return undefined
  if (fallbackUrl !== undefined && !isAddress(fallbackUrl)) return undefined
  return passthruUrl === undefined || isAddress(passthruUrl) ? { appId, connectUrl, fallbackUrl, passthruUrl } : undefined
}

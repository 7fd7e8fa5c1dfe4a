import { keep, placesHere, recall, type Place } from './places.ts'
import type { CapturedReferral, ReferralClient } from './referral-types.ts'

const daySeconds = 86_400
const linkSeconds = 30 * daySeconds
/** As long as browsers keep a cookie. */
const deviceSeconds = 400 * daySeconds

const deviceName = 'ihc.device'
const deviceShape = /^[0-9a-f]{32}$/
const linkName = 'ihc.referral'
/** Code, when it was brought, and whether the platform was told or the code has been used. */
const linkShape = /^([2-9A-HJKMNP-Z]{6,12})\.([0-9]{13})\.(new|told|used)$/
const codeShape = /^[2-9A-HJKMNP-Z]{6,12}$/

interface Link {
  readonly code: string
  readonly at: number
  readonly state: string
}

/** A code as it is written on paper, in a chat or with a full stop behind it. Null: this cannot be one. */
function codeOf(written: string | null): string | null {
  const code = (written ?? '')
    .slice(0, 64)
    .replace(/[.,;:!?)'"]+$/, '')
    .replace(/[\s-]/g, '')
    .toUpperCase()
  return codeShape.test(code) ? code : null
}

/** The code in an address: `?ref=`, also behind the `#` of pages that are routed there. */
export function codeIn(address: string | undefined): string | null {
  if (!address || !URL.canParse(address)) return null
  const { searchParams, hash } = new URL(address)
  return codeOf(searchParams.get('ref')) ?? codeOf(new URLSearchParams(hash.split('?')[1]).get('ref'))
}

const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Written again each time: what one place has lost, another gives back, and both last from now on. */
function deviceIn(places: readonly Place[]): string {
  const id = recall(places, deviceName, deviceShape) ?? random()
  keep(places, deviceName, id, deviceSeconds)
  return id
}

function linkIn(places: readonly Place[], now: number): Link | undefined {
  const [, code, at, state] = linkShape.exec(recall(places, linkName, linkShape) ?? '') ?? []
  // Far in the future is a clock that was set back.
  return code && state && Math.abs(now - Number(at)) < linkSeconds * 1_000 ? { code, at: Number(at), state } : undefined
}

const keepLink = (places: readonly Place[], { code, at, state }: Link) =>
  keep(places, linkName, `${code}.${String(at).padStart(13, '0')}.${state}`, linkSeconds)

/** Whether the platform has refused for good; anything else is told again at the next visit. */
const isRefused = (error: unknown) => error instanceof Error && 'status' in error && [400, 403, 404].includes(Number(error.status))

async function tell(places: readonly Place[], link: Link, deviceId: string, client: ReferralClient) {
  try {
    await client.referral.visit({ code: link.code, deviceId })
  } catch (error) {
    if (!isRefused(error)) return
  }
  const known = linkIn(places, link.at)
  // Another link may have come meanwhile, or somebody has signed up.
  if (known?.code === link.code && known.state === 'new') keepLink(places, { ...known, state: 'told' })
}

/**
 * The last link counts: it is the one that somebody has acted on, and a link with a wrong code is mended by the right one. Until somebody
 * has signed up it is kept for 30 days from the last time that it was followed; a code that has been used is not taken from the address again.
 */
export function capture(client?: ReferralClient, address?: string, places = placesHere(), now = Date.now()): CapturedReferral {
  const deviceId = deviceIn(places)
  const code = codeIn(address)
  let link = linkIn(places, now)
  if (code && code !== link?.code) link = { code, at: now, state: 'new' }
  else if (code && link && link.state !== 'used') link = { ...link, at: now }
  if (link && code) keepLink(places, link)
  if (client && link?.state === 'new') void tell(places, link, deviceId, client)
  return {
    code: link && link.state !== 'used' ? link.code : null,
    deviceId,
    clear: () => {
      const known = linkIn(places, now)
      if (known) keepLink(places, { ...known, state: 'used' })
    },
  }
}

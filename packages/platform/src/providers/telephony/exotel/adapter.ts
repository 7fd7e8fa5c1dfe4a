import type { Abilities, Telephony } from '../port.ts'
import { isCalleeLegOf } from './call-details.ts'
import * as calls from './calls.ts'
import { createExotelClient, type ExotelAccount, type ExotelClient } from './client.ts'
import { bridge, hangUp } from './connect-applet.ts'
import { verifyDelivery } from './deliveries.ts'
import { readInbound } from './inbound.ts'
import type { EventLogin } from './leg-events.ts'
import * as legs from './legs.ts'
import * as numbers from './numbers.ts'

/**
 * How calls are made. connect: Exotel is given both numbers, and all else is out of our hands. flow: a flow rings the caller, then asks us whom
 * to ring. legs: each phone is rung, joined and hung up by a request of ours, where the account is enabled for it.
 */
export type ExotelPattern = 'connect' | 'flow' | 'legs'

export interface ExotelSettings extends ExotelAccount {
  readonly pattern: ExotelPattern
  /** The flow whose Connect applet asks our incoming address. Needed for the pattern `flow`, and for calls to our numbers in any. */
  readonly flowId?: string | undefined
  /** Where flows are: `http://my.exotel.com` unless told. */
  readonly flowBase?: string | undefined
  /** Exotel's times have no zone: how many minutes they are ahead of UTC. India's 330 unless told. */
  readonly stampOffsetMinutes?: number | undefined
  /** The login that the Legs API sends with its events, where it was told one. */
  readonly eventLogin?: EventLogin | undefined
}

const abilitiesOf: Readonly<Record<ExotelPattern, Abilities>> = {
  connect: { hangUp: false, asks: false, tellsJoin: false },
  flow: { hangUp: false, asks: true, tellsJoin: true },
  legs: { hangUp: true, asks: true, tellsJoin: true },
}

function flowUrls({ accountSid, flowId, flowBase = 'http://my.exotel.com' }: ExotelSettings): { outgoing?: string; incoming?: string } {
  if (flowId === undefined) return {}
  if (!/^[\w-]{1,64}$/.test(flowId)) throw new Error('the Exotel flow must be letters, digits, _ and -')
  const base = flowBase.replace(/\/+$/, '')
  return {
    outgoing: `${base}/${accountSid}/exoml/start_voice/${flowId}`,
    // Documented with https for numbers, and with http for calls.
    incoming: `${base.replace(/^http:/, 'https:')}/exoml/start/${flowId}`,
  }
}

type Dialling = Pick<Telephony, 'dial' | 'findDialed' | 'dialCallee' | 'join' | 'fetchCall' | 'hangUp'>

const byVoice = (voice: calls.VoiceApi): Dialling => ({
  dial: (wish) => calls.dial(voice, wish),
  findDialed: (wish, since) => calls.findDialed(voice, wish, since),
  fetchCall: (callerLegId, calleeLegId) => calls.fetchCall(voice, callerLegId, calleeLegId),
  hangUp: (callerLegId) => calls.endCall(voice, callerLegId),
})

/** Calls that come in run a flow, also where we ring by legs: what the Legs API does not know, the older one does. */
const byLegs = (client: ExotelClient, voice: calls.VoiceApi): Dialling => ({
  dial: (wish) => legs.dialCaller(client, wish),
  // Legs cannot be listed. One that was created tells its first event within a second, at an address that names the call.
  findDialed: async () => [],
  dialCallee: (wish, callerLegId) => legs.dialCallee(client, wish, callerLegId),
  join: (wish, callerLegId, calleeLegId) => legs.join(client, wish, callerLegId, calleeLegId),
  async fetchCall(callerLegId, calleeLegId) {
    const call = isCalleeLegOf(callerLegId, calleeLegId) ? undefined : await legs.fetchCall(client, callerLegId, calleeLegId)
    return call ?? calls.fetchCall(voice, callerLegId, calleeLegId)
  },
  async hangUp(callerLegId, calleeLegId) {
    const isLeg = !isCalleeLegOf(callerLegId, calleeLegId) && (await legs.endCall(client, callerLegId, calleeLegId))
    if (!isLeg) await calls.endCall(voice, callerLegId)
  },
})

/** Exotel's voice APIs. Whether that is Exotel itself or something that speaks like it, the base URLs alone decide. */
export function createExotel(settings: ExotelSettings): Telephony {
  const { pattern, stampOffsetMinutes: offsetMinutes = 330, eventLogin: login } = settings
  const client = createExotelClient(settings)
  const flows = flowUrls(settings)
  if (pattern === 'flow' && flows.outgoing === undefined) throw new Error('the Exotel pattern "flow" needs a flow')
  const voice = { client, flowUrl: pattern === 'flow' ? flows.outgoing : undefined, offsetMinutes }
  const market = { client, incomingFlowUrl: flows.incoming }
  return {
    name: 'exotel',
    abilities: abilitiesOf[pattern],
    isResting: client.isResting,
    ...(pattern === 'legs' ? byLegs(client, voice) : byVoice(voice)),
    bridge,
    hangUpInstructions: hangUp,
    verify: (delivery) => verifyDelivery({ offsetMinutes, answeredMeansCallee: pattern === 'connect', login }, delivery),
    verifyInbound: readInbound,
    numbers: {
      search: (query) => numbers.searchNumbers(market, query),
      buy: (phoneNumber) => numbers.buyNumber(market, phoneNumber),
      release: (phoneNumber) => numbers.releaseNumber(market, phoneNumber),
      owns: (phoneNumber) => numbers.ownsNumber(market, phoneNumber),
      receiveCalls: (phoneNumber) => numbers.receiveCalls(market, phoneNumber),
    },
  }
}

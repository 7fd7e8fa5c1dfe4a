import type { Telephony } from '../port.ts'
import * as calls from './calls.ts'
import { createTwilioClient, type TwilioSettings } from './client.ts'
import { verifyDelivery } from './deliveries.ts'
import { verifyInbound } from './inbound.ts'
import * as numbers from './numbers.ts'
import { bridge, hangUp } from './twiml.ts'

export type { TwilioSettings } from './client.ts'

/** Twilio's voice API. Whether that is Twilio itself or something that speaks like it, `baseUrl` alone decides. */
export function createTwilio(settings: TwilioSettings): Telephony {
  const client = createTwilioClient(settings)
  const tokens = [settings.authToken, settings.previousAuthToken].filter((token) => token !== undefined)
  return {
    name: 'twilio',
    abilities: { hangUp: true, asks: true, tellsJoin: true },
    isResting: client.isResting,
    dial: (wish) => calls.dial(client, wish),
    findDialed: (wish, since) => calls.findDialed(client, wish, since),
    fetchCall: (callerLegId) => calls.fetchCall(client, callerLegId),
    hangUp: (callerLegId) => calls.endCall(client, callerLegId),
    bridge,
    hangUpInstructions: hangUp,
    // A message that cannot be read is thrown, and becomes a rejection.
    verify: async (delivery) => verifyDelivery(tokens, delivery),
    verifyInbound: async (delivery) => verifyInbound(tokens, delivery),
    numbers: {
      search: (query) => numbers.searchNumbers(client, query),
      buy: (phoneNumber) => numbers.buyNumber(client, phoneNumber),
      release: (phoneNumber) => numbers.releaseNumber(client, phoneNumber),
      owns: (phoneNumber) => numbers.ownsNumber(client, phoneNumber),
      receiveCalls: (phoneNumber, url) => numbers.receiveCalls(client, phoneNumber, url),
    },
  }
}

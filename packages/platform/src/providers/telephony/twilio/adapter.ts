import type { Telephony } from '../port.ts'
import * as calls from './calls.ts'
import { createTwilioClient, type TwilioSettings } from './client.ts'
import { verifyDelivery } from './deliveries.ts'
import * as numbers from './numbers.ts'
import { bridge, hangUp } from './twiml.ts'

export type { TwilioSettings } from './client.ts'

/** Twilio's voice API. Whether that is Twilio itself or something that speaks like it, `baseUrl` alone decides. */
export function createTwilio(settings: TwilioSettings): Telephony {
  const client = createTwilioClient(settings)
  const tokens = [settings.authToken, settings.previousAuthToken].filter((token) => token !== undefined)
  return {
    name: 'twilio',
    dial: (wish) => calls.dial(client, wish),
    findDialed: (wish, since) => calls.findDialed(client, wish, since),
    fetchCall: (callerLegId) => calls.fetchCall(client, callerLegId),
    hangUp: (callerLegId) => calls.endCall(client, callerLegId),
    bridge,
    hangUpInstructions: hangUp,
    verify: (delivery) => verifyDelivery(tokens, delivery),
    ownsNumber: (phoneNumber) => numbers.ownsNumber(client, phoneNumber),
    buyNumber: (country) => numbers.buyNumber(client, country),
  }
}

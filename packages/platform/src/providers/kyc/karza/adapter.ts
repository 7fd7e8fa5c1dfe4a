import type { Clock } from '../../../base/clock.ts'
import { runCheck } from '../conclude.ts'
import { todayInIndia } from '../dates.ts'
import type { Kyc } from '../port.ts'
import { readAadhaar } from './aadhaar.ts'
import { createKarzaClient, type KarzaSettings } from './client.ts'
import { checkDrivingLicense } from './driving-license.ts'
import { checkPan } from './pan.ts'

export type { KarzaSettings } from './client.ts'

const wallClock: Pick<Clock, 'now'> = { now: () => new Date() }

/** Karza, now of Perfios. Whether that is Karza itself or something that speaks like it, `baseUrl` alone decides. */
export function createKarza(settings: KarzaSettings): Kyc {
  const client = createKarzaClient(settings)
  return {
    name: 'karza',
    isResting: client.isResting,
    proves: (kind) => kind !== 'aadhaar',
    startCheck(kind, input) {
      const today = todayInIndia(settings.clock ?? wallClock)
      return runCheck('karza', input, today, (tally) => {
        if (kind === 'pan') return checkPan(client, input, tally)
        return kind === 'aadhaar' ? readAadhaar(client, input, tally) : checkDrivingLicense(client, input, today, tally)
      })
    },
  }
}

import type { Clock } from '../../../base/clock.ts'
import { runCheck } from '../conclude.ts'
import { todayInIndia } from '../dates.ts'
import type { Kyc } from '../port.ts'
import { createSignzyClient, type SignzySettings } from './client.ts'
import { checkByV2 } from './v2.ts'
import { checkAadhaar, checkLicence, checkPan } from './v3.ts'

export type { SignzySettings } from './client.ts'

const wallClock: Pick<Clock, 'now'> = { now: () => new Date() }

/** Signzy, of either generation. Whether that is Signzy itself or something that speaks like it, `baseUrl` alone decides. */
export function createSignzy(settings: SignzySettings): Kyc {
  if (settings.generation === 'v2' && 'token' in settings.credentials)
    throw new Error('Signzy v2 needs a name and a password: its paths hold an id that only logging in tells')
  const client = createSignzyClient(settings)
  return {
    name: 'signzy',
    isResting: client.isResting,
    proves: (kind) => settings.generation === 'v3' || kind !== 'aadhaar',
    startCheck(kind, input) {
      const today = todayInIndia(settings.clock ?? wallClock)
      return runCheck('signzy', input, today, (tally) => {
        if (settings.generation === 'v2') return checkByV2(client, settings, kind, input, today, tally)
        if (kind === 'pan') return checkPan(client, input, tally)
        return kind === 'aadhaar' ? checkAadhaar(client, input, tally) : checkLicence(client, input, today, tally)
      })
    },
  }
}

import * as z from 'zod'
import type { Finding, Tally } from '../conclude.ts'
import { dayFirst, readDate } from '../dates.ts'
import type { CheckInput } from '../port.ts'
import { readName, saidText } from '../said.ts'
import { CheckStop } from '../stop.ts'
import type { KarzaClient } from './client.ts'

const wire = z.object({ name: saidText, dob: saidText, validity: z.record(z.string(), z.unknown()).nullish().catch(undefined) })

/** The last day of a period, written `12-03-2011 to 11-03-2031` or by its parts. */
function lastDay(period: unknown): string | undefined {
  const text = typeof period === 'string' ? period : JSON.stringify(period ?? '')
  const days = (text.match(/\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{2}-\d{2}/g) ?? []).flatMap((day) => readDate(day) ?? [])
  return days.sort().at(-1)
}

/** The registry is asked by number and birth date together: that it has the pair proves the date. */
export async function checkDrivingLicense(client: KarzaClient, input: CheckInput, today: string, tally: Tally): Promise<Finding> {
  const { number, dateOfBirth, reference } = input
  const json = {
    dlNo: number,
    dob: dayFirst(dateOfBirth, '-'),
    additionalDetails: false,
    consent: 'Y',
    clientData: { caseId: reference },
  }
  const said = wire.safeParse(await client.ask('driving_license', { path: 'v3/dl', json }, tally)).data
  if (said === undefined) throw new CheckStop('unclear', '101')
  const ends = Object.values(said.validity ?? {}).flatMap((period) => lastDay(period) ?? [])
  if (ends.length > 0 && ends.every((end) => end < today)) throw new CheckStop('number_expired', '101')
  return {
    isVouchedFor: true,
    name: readName(said.name),
    dateOfBirth: readDate(said.dob),
    dateOfBirthMatches: true,
    lastFour: number.slice(-4),
    providerCode: '101',
  }
}

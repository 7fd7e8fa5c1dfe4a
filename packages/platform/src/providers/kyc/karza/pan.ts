import * as z from 'zod'
import type { Finding, Tally } from '../conclude.ts'
import { dayFirst, readDate } from '../dates.ts'
import type { CheckInput } from '../port.ts'
import { readName, saidText, saidTruth } from '../said.ts'
import { CheckStop } from '../stop.ts'
import type { KarzaClient } from './client.ts'

const authenticated = z.object({ status: saidText, duplicate: saidTruth, nameMatch: saidTruth, dobMatch: saidTruth })
const profile = z.object({ name: saidText, dob: saidText })

const over = /inactive|deactivated|deleted|cancel|surrender|fake|deceased|liquidat|merge/i

/** Asks whether number, name and birth date belong together: the answer holds no personal data that we did not have. */
export async function checkPan(client: KarzaClient, input: CheckInput, tally: Tally): Promise<Finding> {
  const { number: pan, name, reference } = input
  const dob = dayFirst(input.dateOfBirth, '/')
  const json = { pan, name, dob, consent: 'Y', clientData: { caseId: reference } }
  const said = authenticated.safeParse(await client.ask('pan', { path: 'v2/pan-authentication', json }, tally)).data
  const status = said?.status?.trim().toLowerCase()
  if (said === undefined || status === undefined) throw new CheckStop('unclear', '101')
  if (status !== 'active') throw new CheckStop(over.test(status) ? 'number_inactive' : 'unclear', '101')
  if (said.duplicate === true) throw new CheckStop('multiple_records', '101')
  const { nameMatch, dobMatch } = said
  const found = { isVouchedFor: true, nameMatches: nameMatch, dateOfBirthMatches: dobMatch, lastFour: pan.slice(5, 9), providerCode: '101' }
  if (nameMatch !== false && dobMatch !== false) return found
  return { ...found, ...(await registered(client, input, tally)) }
}

/** What the registry has instead, so that a reviewer sees it and a child is told the true reason; without an answer the refusal stands as it is. */
async function registered(client: KarzaClient, { number: pan, name, dateOfBirth, reference }: CheckInput, tally: Tally) {
  const json = {
    pan,
    name,
    dob: dateOfBirth,
    consent: 'Y',
    getContactDetails: 'N',
    PANStatus: 'N',
    isSalaried: 'N',
    isDirector: 'N',
    isSoleProp: 'N',
    fathersName: 'N',
    clientData: { caseId: reference },
  }
  try {
    const said = profile.safeParse(await client.ask('pan', { path: 'v3/pan-profile', json }, tally)).data
    return { name: readName(said?.name), dateOfBirth: readDate(said?.dob) }
  } catch (error) {
    if (error instanceof CheckStop) return {}
    throw error
  }
}

import * as z from 'zod'
import type { Finding, Tally } from '../conclude.ts'
import { dayFirst } from '../dates.ts'
import type { CheckInput, IdentityKind } from '../port.ts'
import { CheckStop } from '../stop.ts'
import type { SignzyClient, SignzySettings } from './client.ts'
import { cardFound, licenceFound, panFound, resultOf } from './registered.ts'

const itemWire = z.object({ id: z.string().min(1).max(100), accessToken: z.string().min(1).max(500) })

const typeOf = { pan: 'individualPan', aadhaar: 'aadhaar', driving_license: 'drivingLicence' } as const satisfies Record<
  IdentityKind,
  string
>

interface Task {
  readonly task: 'fetch' | 'autoRecognition'
  readonly essentials: Readonly<Record<string, string>>
  readonly images: readonly string[]
}

/** v2 wants an item made of each document, and then asks about the item. An answer without a result comes later, by its callback. */
async function snoop(
  client: SignzyClient,
  settings: SignzySettings,
  kind: IdentityKind,
  callbackUrl: string | undefined,
  { task, essentials, images }: Task,
  tally: Tally,
): Promise<unknown> {
  const patronId = await client.patronId(kind, tally)
  const json = {
    type: typeOf[kind],
    email: settings.clientId ?? '',
    callbackUrl: callbackUrl ?? '',
    images,
  }
  const made = await client.ask(kind, { path: `api/v2/patrons/${encodeURIComponent(patronId)}/identities`, json }, tally)
  const item = itemWire.safeParse(made)
  if (!item.success) throw new CheckStop('unclear', 'no item')
  const { id: itemId, accessToken } = item.data
  const asked = { service: 'Identity', itemId, accessToken, task, essentials }
  const reads = images.length === 0 ? {} : { reads: 'picture' as const }
  const result = resultOf(await client.ask(kind, { path: 'api/v2/snoops', json: asked, isOpen: true, ...reads }, tally))
  if (result === undefined || result === null) throw new CheckStop('in_progress', 'no result yet')
  return result
}

export async function checkByV2(
  client: SignzyClient,
  settings: SignzySettings,
  kind: IdentityKind,
  input: CheckInput,
  today: string,
  tally: Tally,
): Promise<Finding> {
  const { number, dateOfBirth, reference, callbackUrl } = input
  const ask = (task: Task) => snoop(client, settings, kind, callbackUrl, task, tally)
  if (kind === 'pan') return panFound(await ask({ task: 'fetch', essentials: { number }, images: [] }), number)
  if (kind === 'driving_license') {
    const essentials = { number, dob: dayFirst(dateOfBirth, '/') }
    return licenceFound(await ask({ task: 'fetch', essentials, images: [] }), number, today)
  }
  if (input.pictures.length === 0) throw new CheckStop('document_unreadable', 'no picture')
  const images = await client.upload(kind, input.pictures, reference, tally)
  // Nobody at v2 asks UIDAI: what is read is evidence for a reviewer.
  return cardFound(await ask({ task: 'autoRecognition', essentials: {}, images }), number, dateOfBirth)
}

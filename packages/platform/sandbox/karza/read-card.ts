import type { Json } from '../kit/json.ts'
import type { Answer } from '../kit/listen.ts'
import { fateOf } from '../kit/magic-identities.ts'
import { pictureType, readMultipart } from '../kit/multipart.ts'
import { dayFirst, type Entry, masked } from '../kit/people.ts'
import { type ApiRequest, failed, say, text } from './answers.ts'
import type { World } from './world.ts'

const MOST_PICTURE_BYTES = 2 * 1024 * 1024

interface Wish {
  readonly bytes: Buffer
  readonly fileName: string
  readonly isMasked: boolean
  readonly docType: string
}

const isYes = (word: string): boolean => /^(?:true|y|yes)$/i.test(word)

function ofForm({ incoming }: ApiRequest): Wish | undefined {
  const parts = readMultipart(incoming.headers['content-type'], incoming.raw)
  const file = parts?.find(({ name }) => name === 'file')
  const field = (wanted: string): string => parts?.find(({ name }) => name === wanted)?.bytes.toString('utf8') ?? ''
  return file && { bytes: file.bytes, fileName: file.fileName ?? '', isMasked: isYes(field('maskAadhaar')), docType: field('docType') }
}

function ofJson({ body }: ApiRequest): Wish | undefined {
  const fileB64 = text(body, 'fileB64')
  if (fileB64 === '') return undefined
  const isMasked = body['maskAadhaar'] === true || isYes(text(body, 'maskAadhaar'))
  return { bytes: Buffer.from(fileB64, 'base64'), fileName: text(body, 'fileName'), isMasked, docType: text(body, 'docType') }
}

const read = (value: string, conf = 0.97): Json => ({ value, conf })

const cards: Readonly<Record<string, (entry: Entry, isMasked: boolean) => Json>> = {
  aadhaar: (entry, isMasked) => ({
    type: 'Aadhaar Front Bottom',
    details: {
      aadhaar: { value: isMasked ? masked(entry.number) : entry.number, conf: 0.99, isMasked: isMasked ? 'yes' : 'no' },
      name: read(entry.name),
      dob: read(dayFirst(entry.dateOfBirth), 0.95),
      yob: read(''),
      gender: read('FEMALE'),
      father: read(''),
      mother: read(''),
      qr: read(''),
      imageUrl: read(''),
    },
  }),
  pan: (entry) => ({
    type: 'Pan',
    details: {
      panNo: read(entry.number),
      name: read(entry.name),
      father: read('RAVI VERMA'),
      date: read(dayFirst(entry.dateOfBirth)),
      dateOfIssue: read(''),
    },
  }),
  licence: (entry) => ({
    type: 'Driving License',
    details: { dlNo: read(entry.number), name: read(entry.name), dob: read(dayFirst(entry.dateOfBirth)) },
  }),
}

const kindOf = (docType: string): string => (/pan/i.test(docType) ? 'pan' : /dl|driv|licen/i.test(docType) ? 'licence' : 'aadhaar')

/** `/v3/ocr/kyc` and `/v3/kycocr`. It cannot really see: whose card a picture shows is told by its name, see `Registry.shownBy`. */
export function readCard(world: World, request: ApiRequest): Answer {
  const wish = ofForm(request) ?? ofJson(request)
  if (wish === undefined) return failed(400)
  if (wish.bytes.length > MOST_PICTURE_BYTES) return failed(413)
  if (pictureType(wish.bytes) === undefined) return say('v3', 102)
  const entry = world.registry.shownBy(wish.fileName, world.clock.now())
  const wanted = world.codes.get(entry.number)
  if (wanted !== undefined && wanted !== 101) return wanted >= 400 ? failed(wanted) : say('v3', wanted)
  const fate = fateOf(entry.number)
  if (fate === 'down') return failed(503)
  if (fate === 'silent') return 'hang'
  const card = cards[kindOf(wish.docType)]
  return say('v3', 101, card === undefined ? [] : [card(entry, wish.isMasked)])
}

import { isRecord, type Json } from '../kit/json.ts'
import type { Answer } from '../kit/listen.ts'
import { fateOf } from '../kit/magic-identities.ts'
import { isDate } from '../kit/people.ts'
import { type ApiRequest, type Body, isLicence, isPan, lookUp, ok, Refusal, text, textsOf } from './answers.ts'
import { cardAt } from './files.ts'
import * as records from './records.ts'
import { type Item, keep, newId, type World } from './world.ts'

const MOST_ITEMS = 5_000
const types: ReadonlySet<string> = new Set(['individualPan', 'businessPan', 'aadhaar', 'drivingLicence', 'passport', 'VoterId', 'cheque'])

/** An object for a document, which tasks are then asked of. */
export function createItem(world: World, { body, at }: ApiRequest): Answer {
  if (at[0] !== world.patronId) throw new Refusal(401)
  const type = text(body, 'type')
  if (!types.has(type)) throw new Refusal(400, 'wrong element in type')
  const item: Item = {
    id: newId(),
    accessToken: `${newId()}${newId().slice(0, 8)}`,
    type,
    email: text(body, 'email'),
    callbackUrl: text(body, 'callbackUrl'),
    images: textsOf(body['images']),
  }
  keep(world.items, item.id, item, MOST_ITEMS)
  const { id, accessToken, email, callbackUrl, images } = item
  return ok({
    type,
    email,
    callbackUrl,
    images,
    accessToken,
    autoRecognition: [],
    verification: [],
    forgeryCheck: [],
    id,
    patronId: world.patronId,
  })
}

/** Undefined: it never answers. */
type Task = (world: World, item: Item, essentials: Body) => Json | undefined | Promise<Json | undefined>

const fetchPan: Task = (world, _, essentials) => {
  const entry = lookUp(world, text(essentials, 'number'), isPan)
  return entry === 'silent' ? undefined : records.fetchedPan(entry)
}

const verifyPan: Task = (world, _, essentials) => {
  const entry = lookUp(world, text(essentials, 'number'), isPan)
  if (entry === 'silent') return undefined
  const verified = !entry.knowsName || entry.name.toUpperCase() === text(essentials, 'name').toUpperCase()
  return { verified, message: verified ? 'Verified' : 'Name did not match', upstreamName: entry.name }
}

function foundLicence(world: World, essentials: Body) {
  const entry = lookUp(world, text(essentials, 'number'), isLicence)
  const dob = text(essentials, 'dob')
  if (entry === 'silent' || !entry.knowsBirth || fateOf(entry.number) === 'minor' || isDate(dob, entry.dateOfBirth)) return entry
  throw new Refusal(404, 'No record found')
}

const fetchLicence: Task = (world, _, essentials) => {
  const entry = foundLicence(world, essentials)
  return entry === 'silent' ? undefined : records.licence(entry, text(essentials, 'dob'))
}

const verifyLicence: Task = (world, _, essentials) =>
  foundLicence(world, essentials) === 'silent' ? undefined : { verified: true, message: 'Verified' }

const readCard: Task = async (world, { type, images }) => {
  const entry = await cardAt(world, images)
  if (entry === 'silent') return undefined
  if (type === 'aadhaar') return records.aadhaarCard(entry, false)
  return type === 'individualPan' ? records.panCard(entry) : records.licenceCard(entry)
}

const maskCard: Task = async (world, { images }, essentials) => {
  const urls = [...textsOf(essentials['url']), ...textsOf(essentials['urls']), ...images]
  const entry = await cardAt(world, urls)
  // What it would return is the picture itself with a bar; it has no eyes to place it, and says that it could not.
  return entry === 'silent' ? undefined : { isMasked: 'no', maskedImages: [] }
}

const tasks: Readonly<Record<string, Task>> = {
  'individualPan:fetch': fetchPan,
  'individualPan:verification': verifyPan,
  'individualPan:autoRecognition': readCard,
  'drivingLicence:fetch': fetchLicence,
  'drivingLicence:verification': verifyLicence,
  'drivingLicence:autoRecognition': readCard,
  'aadhaar:autoRecognition': readCard,
  'aadhaar:aadhaarMasker': maskCard,
}

/** Asks a task of an item; the same answer goes to the item's callback. */
export async function snoop(world: World, { body }: ApiRequest): Promise<Answer> {
  const item = world.items.get(text(body, 'itemId'))
  if (item === undefined || item.accessToken !== text(body, 'accessToken')) throw new Refusal(401)
  if (text(body, 'service') !== 'Identity') throw new Refusal(400, 'wrong element in service')
  const task = tasks[`${item.type}:${text(body, 'task')}`]
  if (task === undefined) throw new Refusal(400, 'wrong element in task')
  const essentials = isRecord(body['essentials']) ? body['essentials'] : {}
  const result = await task(world, item, essentials)
  if (result === undefined) return 'hang'
  const about = { id: item.id, callbackUrl: item.callbackUrl }
  const said = { service: 'Identity', itemId: item.id, task: text(body, 'task'), essentials, accessToken: item.accessToken, id: newId() }
  const whole: Json = { ...said, response: { files: item.images, id: world.items.size, instance: about, result } }
  const question = `${item.type}:${text(body, 'task')}:${text(essentials, 'number')}:${item.callbackUrl}`
  const isLater = world.settings.answersLater && !world.putOff.has(question)
  world.putOff.add(question)
  if (URL.canParse(item.callbackUrl))
    world.deliveries.add({
      id: newId(),
      key: item.id,
      about: { event: text(body, 'task'), sid: item.id, kind: item.type },
      url: item.callbackUrl,
      method: 'POST',
      params: {},
      json: whole,
    })
  return ok(isLater ? said : whole)
}

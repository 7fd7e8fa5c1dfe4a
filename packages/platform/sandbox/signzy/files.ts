import { fateOf } from '../kit/magic-identities.ts'
import type { Answer } from '../kit/listen.ts'
import { pictureType, readMultipart } from '../kit/multipart.ts'
import type { Entry } from '../kit/people.ts'
import { type ApiRequest, Refusal, ok, text } from './answers.ts'
import { keep, newId, type StoredFile, type World } from './world.ts'

const MOST_PICTURE_BYTES = 2 * 1024 * 1024
const MOST_FILES = 200
const SECOND_MS = 1_000
const DEFAULT_LIFE_MS = 30 * SECOND_MS
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long a link lives, in the words that are taken. */
const lives: Readonly<Record<string, number>> = {
  '2 mins': 2 * MINUTE_MS,
  '10 mins': 10 * MINUTE_MS,
  '30 mins': 30 * MINUTE_MS,
  '2 hrs': 2 * HOUR_MS,
  '12 hrs': 12 * HOUR_MS,
  '7 days': 7 * DAY_MS,
  '15 days': 15 * DAY_MS,
  '1 month': 30 * DAY_MS,
  '3 month': 90 * DAY_MS,
  '6 month': 180 * DAY_MS,
  '1 year': 365 * DAY_MS,
  '3 years': 1_095 * DAY_MS,
}

function store(world: World, bytes: Buffer, fileName: string, type: string, ttl: string): Answer {
  if (bytes.length === 0) throw new Refusal(422, 'file is required')
  if (bytes.length > MOST_PICTURE_BYTES) throw new Refusal(413)
  const life = ttl === '' ? DEFAULT_LIFE_MS : lives[ttl]
  if (life === undefined) throw new Refusal(422, 'ttl is not one of the allowed values')
  const { id, directURL } = keepPicture(world, { bytes, fileName, type }, life)
  return ok({ file: { id, filetype: type, size: bytes.length, directURL, protected: false } })
}

/** Keeps a picture for a while, at an address that nobody guesses. */
export function keepPicture(world: World, file: Pick<StoredFile, 'bytes' | 'fileName' | 'type'>, lifeMs = DEFAULT_LIFE_MS) {
  const id = newId()
  keep(world.files, id, { ...file, id, endsAtMs: world.clock.now() + lifeMs }, MOST_FILES)
  const extension = /png$/.test(file.type) ? 'png' : /pdf$/.test(file.type) ? 'pdf' : 'jpeg'
  return { id, directURL: `${world.url}/api/files/${id}/download/${newId()}${newId()}.${extension}` }
}

/** What was put at an address of ours. */
export const fileAt = (world: World, url: string): StoredFile | undefined =>
  world.files.get(url.slice(`${world.url}/api/files/`.length).split('/')[0] ?? '')

/** `/api/files/upload`: a form with the file. */
export function uploadForm(world: World, { incoming }: ApiRequest): Answer {
  const parts = readMultipart(incoming.headers['content-type'], incoming.raw)
  const file = parts?.find(({ name }) => name === 'file')
  if (file === undefined) throw new Refusal(422, 'file is required')
  const ttl = parts?.find(({ name }) => name === 'ttl')?.bytes.toString('utf8') ?? ''
  return store(world, file.bytes, file.fileName ?? '', file.type ?? 'application/octet-stream', ttl)
}

/** `/api/base64strings/upload` and `/api/base64`: the file as text, in a form or in JSON. */
export function uploadText(world: World, { body, incoming }: ApiRequest): Answer {
  const parts = readMultipart(incoming.headers['content-type'], incoming.raw)
  const field = (name: string): string => parts?.find((part) => part.name === name)?.bytes.toString('utf8') ?? text(body, name)
  const base64 = field('base64string') || field('base64String')
  return store(world, Buffer.from(base64, 'base64'), '', field('mimetype') || 'image/jpeg', field('ttl'))
}

/** What was put there, while its link lives. */
export function download(world: World, { at }: ApiRequest): Answer {
  const file = world.files.get(at[0] ?? '')
  if (file === undefined || file.endsAtMs <= world.clock.now()) throw new Refusal(404)
  return { status: 200, bytes: { type: file.type, body: file.bytes } }
}

const UNREADABLE = 'invalid data'

/** A picture at somebody else's address is really fetched. */
async function fetched(world: World, url: string): Promise<{ bytes: Buffer; fileName: string }> {
  const signal = AbortSignal.any([world.closing, AbortSignal.timeout(10_000)])
  const response = await fetch(url, { signal, redirect: 'error' }).catch(() => undefined)
  if (!response?.ok || Number(response.headers.get('content-length') ?? 0) > MOST_PICTURE_BYTES) throw new Refusal(404, UNREADABLE)
  const bytes = Buffer.from(await response.arrayBuffer())
  return { bytes, fileName: decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '') }
}

/** Whose card is on a picture. It cannot really see: the name of the file tells, see `Registry.shownBy`. */
export async function cardAt(world: World, urls: readonly string[]): Promise<Entry | 'silent'> {
  const [url] = urls
  if (url === undefined || !URL.canParse(url) || !/^https?:/.test(url)) throw new Refusal(400, 'files must be a list of addresses')
  const now = world.clock.now()
  const id = url.startsWith(`${world.url}/api/files/`) ? url.slice(`${world.url}/api/files/`.length).split('/')[0] : undefined
  const stored = id === undefined ? undefined : world.files.get(id)
  if (id !== undefined && (stored === undefined || stored.endsAtMs <= now)) throw new Refusal(404, UNREADABLE)
  const { bytes, fileName } = stored ?? (await fetched(world, url))
  if (bytes.length > MOST_PICTURE_BYTES || pictureType(bytes) === undefined) throw new Refusal(404, UNREADABLE)
  const entry = world.registry.shownBy(fileName, now)
  const fate = fateOf(entry.number)
  if (fate === 'down') throw new Refusal(502)
  return fate === 'silent' ? 'silent' : entry
}

import * as z from 'zod'
import type { Tally } from '../conclude.ts'
import type { CheckPicture, IdentityKind } from '../port.ts'
import { saidId } from '../said.ts'
import { createSender, type Answer, type SenderOptions } from '../send.ts'
import { CheckStop } from '../stop.ts'
import { reasonOfPictureStatus, reasonOfStatus, refusedBy } from './codes.ts'
import { createSession, type Session } from './session.ts'

/** Where Signzy is, and who we are there. */
export interface SignzySettings extends SenderOptions {
  /** v3 at `https://api.signzy.app`, v2 at `https://signzy.tech`, or anything that speaks the same. */
  readonly baseUrl: string
  /** Where pictures are put for it to read: `https://persist.signzy.tech`. */
  readonly persistUrl: string
  readonly generation: 'v2' | 'v3'
  /** A long-lived token, or a name and a password to log in with; of v2 the latter. */
  readonly credentials: { readonly token: string } | { readonly username: string; readonly password: string }
  /** Sent as `x-client-unique-id`, which some accounts want, and with each identity of v2. */
  readonly clientId?: string | undefined
}

export interface Question {
  /** Below the host: `api/v3/panextensive`. */
  readonly path: string
  readonly json: unknown
  /** Whether it reads a picture. */
  readonly reads?: 'picture'
  /** v2's snoops are asked by the token of their item alone. */
  readonly isOpen?: true
}

export interface SignzyClient {
  /** The body of a good answer; anything else ends the check. */
  ask(kind: IdentityKind, question: Question, tally: Tally): Promise<unknown>
  /** The id by which v2 knows us. */
  patronId(kind: IdentityKind, tally: Tally): Promise<string>
  /** Puts pictures where Signzy can read them for half a minute, and tells where. */
  upload(kind: IdentityKind, pictures: readonly CheckPicture[], reference: string, tally: Tally): Promise<string[]>
  /** Pictures that Signzy has made, from where it keeps them and nowhere else; none unless all can be had. */
  fetchPictures(urls: readonly string[]): Promise<readonly Buffer[]>
  isResting(kind: IdentityKind): boolean
}

const idsWire = z.object({ requestId: saidId, id: saidId })
const fileWire = z.object({ file: z.object({ directURL: z.url({ protocol: /^https?$/ }).max(2_000) }) })

/** The token goes raw in the header, never in the address. A redirect would carry it elsewhere: none is followed. */
export function createSignzyClient(settings: SignzySettings): SignzyClient {
  const sender = createSender(settings)
  const [below, persist] = [settings.baseUrl, settings.persistUrl].map((url) => url.replace(/\/+$/, ''))
  const ours = settings.clientId === undefined ? {} : { 'x-client-unique-id': settings.clientId }
  const session: Session = createSession(settings, (kind, letter, tally) =>
    sender.post(kind, { ...letter, url: `${below}/${letter.url}`, headers: ours }, tally),
  )

  async function send(kind: IdentityKind, { path, json, isOpen }: Question, tally: Tally): Promise<Answer> {
    const url = `${below}/${path}`
    if (isOpen) return sender.post(kind, { url, headers: ours, json }, tally)
    const { token } = await session.open(kind, tally)
    const answer = await sender.post(kind, { url, headers: { ...ours, authorization: token }, json }, tally)
    if (answer.status !== 401 || !session.close(token)) return answer
    const again = await session.open(kind, tally)
    return sender.post(kind, { url, headers: { ...ours, authorization: again.token }, json }, tally)
  }

  async function uploadOne(kind: IdentityKind, picture: CheckPicture, reference: string, tally: Tally): Promise<string> {
    const form = new FormData()
    const extension = picture.mediaType === 'image/png' ? 'png' : 'jpg'
    form.set('file', new Blob([new Uint8Array(picture.bytes)], { type: picture.mediaType }), `${reference}-${picture.side}.${extension}`)
    const answer = await sender.post(kind, { url: `${persist}/api/files/upload`, headers: {}, form }, tally)
    const refusal = refusedBy(answer, reasonOfPictureStatus)
    if (refusal !== undefined) throw refusal
    const read = fileWire.safeParse(answer.body)
    if (!read.success) throw new CheckStop('unclear', 'no address of the file')
    return read.data.file.directURL
  }

  /** An address in an answer is somebody else's word: only Signzy's own hosts are asked. */
  const isOurs = (url: string): boolean =>
    [below, persist].some((known) => URL.canParse(url) && new URL(url).origin === new URL(known ?? '').origin)

  return {
    async fetchPictures(urls) {
      if (!urls.every(isOurs)) return []
      const pictures = await Promise.all(urls.map(sender.fetchPicture))
      return pictures.every((one) => one !== undefined) ? pictures : []
    },
    isResting: sender.isResting,
    patronId: async (kind, tally) => (await session.open(kind, tally)).userId,
    upload: (kind, pictures, reference, tally) => Promise.all(pictures.map((one) => uploadOne(kind, one, reference, tally))),
    async ask(kind, question, tally) {
      const answer = await send(kind, question, tally)
      const { requestId, id } = idsWire.safeParse(answer.body).data ?? {}
      tally.providerRequestId = requestId ?? id ?? tally.providerRequestId
      const refusal = refusedBy(answer, question.reads === 'picture' ? reasonOfPictureStatus : reasonOfStatus)
      if (refusal !== undefined) throw refusal
      return answer.body
    },
  }
}

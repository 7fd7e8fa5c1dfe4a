import { describe, expect, it, vi } from 'vitest'
import { ConnectError } from '../http/connect-error.ts'
import { sendDocument } from './upload-document.ts'
import type { UploadClient, UploadOptions, UploadProgress } from './upload-types.ts'

const timing = { pauseMs: 1, longestPauseMs: 4 }
const bytes = Uint8Array.from({ length: 300_000 }, (_, n) => n % 251)
const photo = new Blob([bytes], { type: 'image/jpeg' })
const lost = () => new ConnectError('network_error', 'no answer')

/** A platform of one upload: it keeps what arrives, and goes wrong where a test says so. */
class Platform implements UploadClient<string> {
  readonly received: number[] = []
  readonly asked: string[] = []
  /** How many bytes of the nth piece arrive before the connection breaks. */
  readonly breaks = new Map<number, number>()
  readonly refuse = new Map<string, Error>()
  /** What was sent, also in vain. */
  sentBytes = 0
  finished = false
  #pieces = 0

  readonly kycUploads: UploadClient<string>['kycUploads'] = {
    create: async (input) => {
      this.#note(`create ${input.side} ${input.fileName} ${input.fileType} ${input.length}`)
      return this.#state()
    },
    get: async ({ uploadId }) => {
      this.#note('get')
      if (uploadId !== 'upl_1') throw new ConnectError('not_found', 'gone', { status: 404 })
      return this.#state()
    },
    append: async ({ offset, bytes: piece }) => {
      this.#note(`append ${offset}`)
      if (offset !== this.received.length) throw new ConnectError('upload_offset_mismatch', 'elsewhere', { status: 409 })
      this.sentBytes += piece.size
      const part = this.breaks.get(this.#pieces++)
      for (const byte of new Uint8Array(await piece.slice(0, part ?? piece.size).arrayBuffer())) this.received.push(byte)
      if (part !== undefined) throw lost()
    },
    finish: async ({ password }) => {
      this.#note(`finish ${password ?? ''}`)
      this.finished = true
      return 'doc_1'
    },
  }

  #note(what: string) {
    this.asked.push(what)
    const [name = ''] = what.split(' ')
    const error = this.refuse.get(name)
    this.refuse.delete(name)
    if (error !== undefined) throw error
  }

  #state() {
    return { id: 'upl_1', offset: this.received.length, document: this.finished ? 'doc_1' : null }
  }
}

const send = (platform: Platform, options: UploadOptions = {}, file: Blob = photo) =>
  sendDocument(platform, { type: 'pan', file }, options, timing)

describe('an upload', () => {
  it('sends the file in pieces, tells how far it is, and makes the document', async () => {
    const platform = new Platform()
    const told: UploadProgress[] = []
    expect(await send(platform, { onProgress: (progress) => told.push(progress) })).toBe('doc_1')
    expect(platform.asked).toEqual(['create front document.jpg image/jpeg 300000', 'append 0', 'append 131072', 'append 262144', 'finish '])
    expect(Uint8Array.from(platform.received)).toEqual(bytes)
    expect(told.map(({ sentBytes }) => sentBytes)).toEqual([0, 131_072, 262_144, 300_000])
    expect(told.every(({ uploadId, totalBytes, waiting }) => uploadId === 'upl_1' && totalBytes === 300_000 && !waiting)).toBe(true)
  })

  it('goes on from what has arrived when the connection breaks in the midst of a piece', async () => {
    const platform = new Platform()
    platform.breaks.set(1, 1_000).set(2, 0).set(3, 70_000)
    const told: UploadProgress[] = []
    expect(await send(platform, { onProgress: (progress) => told.push(progress) })).toBe('doc_1')
    expect(Uint8Array.from(platform.received)).toEqual(bytes)
    expect(told.filter(({ waiting }) => waiting)).toHaveLength(3)
  })

  it('asks again while there is no connection, whatever it asks for', async () => {
    const platform = new Platform()
    for (const name of ['create', 'append', 'get', 'finish']) platform.refuse.set(name, lost())
    expect(await send(platform)).toBe('doc_1')
    expect(Uint8Array.from(platform.received)).toEqual(bytes)
  })

  it.each(['unavailable', 'request_timeout'])('goes on when the platform has no room or a piece took too long (%s)', async (code) => {
    const platform = new Platform()
    for (const name of ['create', 'append', 'finish']) platform.refuse.set(name, new ConnectError(code, 'later', { status: 503 }))
    expect(await send(platform)).toBe('doc_1')
    expect(Uint8Array.from(platform.received)).toEqual(bytes)
  })

  it('goes on in a later page, and sends again at most what its last piece had lost', async () => {
    const platform = new Platform()
    const gone = new AbortController()
    platform.breaks.set(1, 100_000)
    await expect(send(platform, { signal: gone.signal, onProgress: ({ waiting }) => waiting && gone.abort() })).rejects.toMatchObject({
      code: 'aborted',
    })
    expect(await send(platform, { uploadId: 'upl_1' })).toBe('doc_1')
    expect(Uint8Array.from(platform.received)).toEqual(bytes)
    expect(platform.sentBytes - bytes.length).toBeLessThanOrEqual(131_072)
    expect(platform.asked.filter((what) => what.startsWith('create'))).toHaveLength(1)
  })

  it('answers the document of an upload that was finished before', async () => {
    const platform = new Platform()
    await send(platform)
    expect(await send(platform, { uploadId: 'upl_1' })).toBe('doc_1')
    expect(platform.asked.slice(-1)).toEqual(['get'])
  })

  it('begins anew when the earlier upload is gone', async () => {
    const platform = new Platform()
    expect(await send(platform, { uploadId: 'upl_0' })).toBe('doc_1')
    expect(platform.asked.slice(0, 2)).toEqual(['get', 'create front document.jpg image/jpeg 300000'])
  })

  it('asks how far it is when another page was quicker', async () => {
    const platform = new Platform()
    platform.received.push(...bytes.subarray(0, 5))
    platform.refuse.set('create', lost())
    const client = { kycUploads: { ...platform.kycUploads, create: async () => ({ id: 'upl_1', offset: 0, document: null }) } }
    expect(await sendDocument(client, { type: 'pan', file: photo }, {}, timing)).toBe('doc_1')
    expect(Uint8Array.from(platform.received)).toEqual(bytes)
  })

  it.each(['create', 'append', 'finish'])('ends with what the platform refuses at %s', async (name) => {
    const platform = new Platform()
    platform.refuse.set(name, new ConnectError('invalid_request', 'no', { status: 400 }))
    await expect(send(platform)).rejects.toMatchObject({ code: 'invalid_request', status: 400 })
  })

  it('ends when its caller gives up, during a pause too', async () => {
    const platform = new Platform()
    platform.breaks.set(0, 0)
    const leaving = new AbortController()
    const gone = sendDocument(
      platform,
      { type: 'pan', file: photo },
      { signal: leaving.signal, onProgress: ({ waiting }) => waiting && setTimeout(() => leaving.abort(), 1) },
      { pauseMs: 86_400_000, longestPauseMs: 86_400_000 },
    )
    await expect(gone).rejects.toMatchObject({ code: 'aborted' })
  })

  it('goes on at once when the network comes back', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    const platform = new Platform()
    platform.breaks.set(0, 10)
    const waits = { pauseMs: 86_400_000, longestPauseMs: 86_400_000 }
    const options: UploadOptions = { onProgress: ({ waiting }) => waiting && setTimeout(() => page.dispatchEvent(new Event('online')), 1) }
    expect(await sendDocument(platform, { type: 'pan', file: photo }, options, waits)).toBe('doc_1')
    vi.unstubAllGlobals()
  })
})

import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLogger } from '../../src/base/logger.ts'
import { isVerhoeff } from '../../src/base/verhoeff.ts'
import type { CheckResult, Kyc } from '../../src/providers/kyc/port.ts'
import { ask } from '../ask.ts'
import type { TestUser } from '../start-platform.ts'
import { startReceiver, type Receiver } from '../webhooks/receiver.ts'
import { aadhaarOf } from './numbers.ts'
import { claimed, kycScene, noticeVersion, picture, type KycScene } from './scene.ts'

/** All that were sent, as twelve digits. */
const sent = new Set<string>()
const separators = ['', ' ', '-', '.', ' - ', '/'] as const

/** One more number, written in one way or another. */
function next(): string {
  const number = aadhaarOf()
  sent.add(number)
  return [number.slice(0, 4), number.slice(4, 8), number.slice(8)].join(separators[sent.size % separators.length])
}
const bare = (): string => next().replaceAll(/\D/g, '')
const many = (count: number): string => Array.from({ length: count }, next).join(', ')

/** Those of the numbers that stand in a text, with whatever between their digits. */
function foundIn(text: string): string[] {
  const found: string[] = []
  for (const run of text.match(/\d(?:[^\p{L}\p{Nd}]{0,4}\d){11,}/gu) ?? []) {
    const digits = run.replaceAll(/\D/g, '')
    for (let at = 0; at + 12 <= digits.length; at++) if (sent.has(digits.slice(at, at + 12))) found.push(digits.slice(at, at + 12))
  }
  return found
}

/** A provider whose every word holds a number: an adapter that forgot to hide them. */
const talkative: Kyc = {
  name: 'karza',
  proves: () => true,
  isResting: () => false,
  startCheck: async (kind): Promise<CheckResult> => ({
    provider: 'karza',
    providerRequestId: `req ${next()}`,
    state: 'review',
    reason: 'unclear',
    nameMatches: null,
    dateOfBirthMatches: null,
    extracted: { name: `${kind} of ${next()}`, dateOfBirth: '1990-01-31', lastFour: null },
    score: null,
    providerCode: bare(),
    requests: 1,
    latencyMs: 1,
    // As if the number were hidden in it.
    maskedPictures: [await picture],
  }),
}

let scene: KycScene
let receiver: Receiver
let logged = ''
const answers: string[] = []
beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString()
      done()
    },
  })
  scene = await kycScene({ kyc: { karza: talkative }, logger: createLogger('info', sink) })
  receiver = await startReceiver()
  await scene.app.server.webhookEndpoints.create({ url: receiver.url, types: ['*'] })
})
afterAll(async () => {
  await scene.stop()
  await receiver.close()
})

/** A request with numbers in its headers besides. */
async function send(method: string, path: string, credential: string, body?: unknown): Promise<void> {
  const headers = {
    'Idempotency-Key': bare(),
    'User-Agent': `Phone ${many(6)}`,
    'X-Request-Id': bare(),
    Referer: `https://host.example/${bare()}`,
  }
  const { text } = await ask(scene.platform.url, { method, path, credential, body, headers })
  answers.push(text)
}

async function handIn(user: TestUser, credential: string): Promise<string> {
  const documentIds = [await scene.upload(user, 'aadhaar')]
  const consent = { version: noticeVersion, language: 'en' }
  const good = { ...claimed, type: 'aadhaar', number: next(), documentIds, consent }
  for (const wrong of [
    { number: `${next()}0` },
    { type: 'pan', number: next() },
    { type: 'driving_license', number: `DL ${next()}` },
    { name: `Asha ${next()}` },
    { name: bare() },
    { dateOfBirth: bare() },
    { documentIds: [bare()] },
    { consent: { version: bare(), language: 'en' } },
    { [bare()]: 'a field of this name' },
  ])
    await send('POST', '/v1/kyc/submissions', credential, { ...good, ...wrong })
  await send('POST', '/v1/kyc/uploads', credential, {
    type: 'aadhaar',
    length: 9,
    fileName: `${next()}.jpg`,
    fileType: `image/jpeg; ${next()}`,
  })
  await send('POST', '/v1/kyc/consents', credential, { version: bare(), language: 'en' })
  const account = { type: 'bank', ifsc: 'SBIN0000001', accountNumber: '123456789012', name: `Asha ${next()}` }
  await send('POST', '/v1/withdrawals', credential, { coins: 10, payee: account })
  await send('POST', '/v1/kyc/submissions', credential, good)
  const { submissionId } = await user.client.kyc.get()
  if (submissionId === null) throw new Error('nothing was handed in')
  return submissionId
}

/** All that a reviewer may type. */
async function reviewWith(submissionId: string): Promise<void> {
  const { secretKey } = scene.app
  const path = `/v1/kyc/submissions/${submissionId}`
  for (const decision of ['reject', 'reopen'] as const) {
    const reasons = decision === 'reject' ? { reasons: ['other'] } : {}
    await send('POST', `${path}/review`, secretKey, { decision, ...reasons, note: `Note ${many(20)}`, reviewer: `Rita ${next()}` })
  }
  const text = () => encodeURIComponent(`because ${many(8)}`)
  await send('GET', `${path}?reveal=true&reason=${text()}`, secretKey)
  await send('GET', `/v1/kyc/export?reason=${text()}`, secretKey)
  const [document] = (await scene.app.server.kyc.getSubmission({ submissionId })).documents
  const hide = [{ left: 0, top: 0, width: 0.2, height: 0.2 }]
  await send('POST', `/v1/kyc/documents/${document?.id}/mask`, secretKey, { pages: [{ page: 1, hide }], reason: `Number ${many(8)}` })
  await send('GET', `/v1/kyc/documents/${document?.id}/pages/1?reason=${text()}`, secretKey)
  await send('GET', `/v1/kyc/submissions?userId=${bare()}`, secretKey)
  await send('GET', `/v1/kyc/submissions/${bare()}`, secretKey)
}

/** Every row of every table, with what is in bytes as bytes. */
async function dump(): Promise<string> {
  const tables = await scene.rows<{ name: string }>(
    "select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const rows = await scene.rows<{ row: string }>(`select t::text as row from ${name} t`)
    for (const { row } of rows)
      texts.push(
        row,
        row.replaceAll(/\\\\?x([0-9a-f]{24,})/g, (_, hex: string) => Buffer.from(hex, 'hex').toString('latin1')),
      )
  }
  return texts.join('\n')
}

it('leaves none of a thousand Aadhaar numbers anywhere, through whatever field they came', async () => {
  while (sent.size < 1_000) {
    const user = await scene.person()
    const submissionId = await handIn(user, await user.token())
    await scene.platform.quiet()
    await reviewWith(submissionId)
  }
  await scene.platform.quiet()
  const [last] = (await scene.app.server.kyc.listSubmissions()).data
  const { documents } = await scene.app.server.kyc.getSubmission({ submissionId: last?.id ?? '' })
  expect(documents).toMatchObject([{ masked: true, destroyed: false }])
  expect(sent.size).toBeGreaterThanOrEqual(1_000)
  expect([...sent].every(isVerhoeff)).toBe(true)
  const [inTables, bodies] = [await dump(), receiver.received.map(({ body }) => body).join('\n')]
  const files = [...scene.platform.storage.blobs].map(([key, bytes]) => `${key}\n${bytes.toString('latin1')}`).join('\n')
  // What is looked through holds what it should.
  expect(inTables).toContain('XXXX')
  expect(bodies).toContain('kyc.rejected')
  expect(logged).toContain('/v1/kyc/submissions/{submissionId}/review')
  expect(files.length).toBeGreaterThan(1_000)
  expect({ tables: foundIn(inTables), bodies: foundIn(bodies), logged: foundIn(logged), files: foundIn(files) }).toEqual({
    tables: [],
    bodies: [],
    logged: [],
    files: [],
  })
  expect(foundIn(answers.join('\n'))).toEqual([])
}, 120_000)

it('would find one', () => {
  const number = next()
  expect(foundIn(`a row with (${number}) in it`)).toHaveLength(1)
})

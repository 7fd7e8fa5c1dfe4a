import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLogger } from '../../src/base/logger.ts'
import { tenantId as toTenantId } from '../../src/base/tenant.ts'
import { isVerhoeff } from '../../src/base/verhoeff.ts'
import { kycCallbackPath } from '../../src/http/kyc-callbacks.ts'
import type { CheckResult, Kyc } from '../../src/providers/kyc/port.ts'
import { ask } from '../ask.ts'
import type { TestUser } from '../start-platform.ts'
import { startReceiver, type Receiver } from '../webhooks/receiver.ts'
import { makeVerified } from '../withdrawals/verified.ts'
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
    'X-Forwarded-For': bare(),
    'Accept-Language': bare(),
    Cookie: `id=${bare()}`,
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

/** All that goes with a file: in a form, and by the headers of tus. */
async function uploadWith(credential: string): Promise<void> {
  const form = new FormData()
  form.append('type', 'pan')
  form.append('password', bare())
  form.append('file', new File([new Uint8Array(await picture)], `${next()}.jpg`, { type: 'image/jpeg' }))
  const authorization = { Authorization: `Bearer ${credential}` }
  const whole = await fetch(`${scene.platform.url}/v1/kyc/documents`, { method: 'POST', headers: authorization, body: form })
  const words = { type: 'pan', filename: `${next()}.jpg`, filetype: 'image/jpeg', note: next() }
  const metadata = Object.entries(words).map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
  const begun = await fetch(`${scene.platform.url}/v1/kyc/uploads`, {
    method: 'POST',
    headers: { ...authorization, 'Tus-Resumable': '1.0.0', 'Upload-Length': '9', 'Upload-Metadata': metadata.join(',') },
  })
  expect([whole.status, begun.status]).toEqual([201, 201])
  answers.push(await whole.text(), await begun.text())
  const place = begun.headers.get('location') ?? ''
  await send('POST', `${place}/finish`, credential, { password: bare() })
  await send('DELETE', place, credential)
}

/** Names, and addresses of the API itself. */
async function callWith({ userId }: TestUser, credential: string): Promise<void> {
  const { secretKey } = scene.app
  await send('PATCH', '/v1/me', credential, { displayName: `Asha ${next()}` })
  await send('POST', '/v1/users', secretKey, { userId, displayName: `Asha ${next()}` })
  await send('POST', '/v1/users', secretKey, { userId: `${userId}-2`, displayName: `Asha ${next()}` })
  await send('GET', `/v1/kyc?${bare()}=1`, credential)
  await send('GET', `/v1/kyc/notice?language=${bare()}`, credential)
  await send('GET', `/v1/kyc/audit?cursor=${bare()}`, secretKey)
  await send('DELETE', `/v1/kyc/documents/${bare()}`, credential)
  await send('GET', `/v1/${bare()}/${bare()}`, bare())
  await send('POST', '/v1/kyc/consents', credential, `{"version":"${bare()}", "langua`)
}

/** What a provider tells by itself, at the right address and at wrong ones. */
async function callBackWith(submissionId: string): Promise<void> {
  const [row] = await scene.rows<{ tenant_id: number }>('select tenant_id from kyc_submissions where id = $1', [submissionId])
  const path = kycCallbackPath(scene.platform.masterKey, toTenantId(row?.tenant_id ?? 0), submissionId)
  const told = { result: { uid: next(), name: next() }, requestId: bare() }
  await send('POST', path, bare(), told)
  await send('POST', `${path}?uid=${bare()}`, bare(), told)
  await send('POST', `/providers/signzy/1/${bare()}/${bare()}`, bare(), told)
}

/** All that is typed when money goes out. */
async function withdrawWith(): Promise<void> {
  const user = await scene.person()
  const { database, masterKey, held } = scene.platform
  const at = { connection: database.connection, masterKey, now: new Date(held.now()), appId: scene.app.app.appId }
  await makeVerified(at, [{ userId: user.userId, name: claimed.name }])
  await scene.app.server.wallets.credit({ userId: user.userId, coins: 1_000, bucket: 'earned', reason: 'Earned' })
  const payees = [
    { type: 'upi', vpa: `${bare()}@okbank` },
    { type: 'bank', ifsc: 'HDFC0000001', accountNumber: bare(), name: `Asha ${next()}` },
  ]
  for (const payee of payees) await send('POST', '/v1/withdrawals', await user.token(), { coins: 100, payee })
  await scene.platform.quiet()
  const [paid, refused] = (await user.client.withdrawals.list()).data
  const of = (id: string | undefined, verb: string) => `/v1/withdrawals/${id}/${verb}`
  const { secretKey } = scene.app
  await send('POST', of(paid?.id, 'approve'), secretKey, { note: `Note ${many(8)}` })
  await send('POST', of(paid?.id, 'mark-paid'), secretKey, { bankReference: 'UTR0001', note: many(8), overrideReason: many(8) })
  await send('POST', of(paid?.id, 'settle'), secretKey, { outcome: 'paid', bankReference: 'UTR0001', reason: many(8) })
  await send('POST', of(refused?.id, 'reject'), secretKey, { reason: `Reason ${many(8)}` })
  await scene.platform.quiet()
  expect((await user.client.withdrawals.list()).data.map(({ status }) => status)).toEqual(['paid', 'rejected'])
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
    const credential = await user.token()
    await uploadWith(credential)
    const submissionId = await handIn(user, credential)
    await callBackWith(submissionId)
    await callWith(user, credential)
    await scene.platform.quiet()
    await reviewWith(submissionId)
  }
  await withdrawWith()
  await scene.platform.quiet()
  const [last] = (await scene.app.server.kyc.listSubmissions({ type: 'aadhaar' })).data
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

import { randomUUID } from 'node:crypto'
import { createServer } from '@impacthub/sdk/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePdf } from '../../src/content/pdf.fixture.ts'
import { ask, codeOf } from '../ask.ts'
import { startPlatform } from '../start-platform.ts'
import { aadhaarOf, licenseOf, panOf } from './numbers.ts'
import { claimed, kycScene, noticeVersion, type KycScene } from './scene.ts'

let scene: KycScene
beforeAll(async () => {
  scene = await kycScene()
})
afterAll(() => scene.stop())

const problem = (code: string) => expect.objectContaining({ code }) as Error

describe('somebody who hands in a document', () => {
  it('has not started, is pending, and is verified: live, in every answer, and by webhook', async () => {
    const user = await scene.person()
    const { client, userId } = user
    expect(await client.kyc.get()).toMatchObject({
      status: 'not_started',
      canSubmit: true,
      attemptsLeft: 5,
      consent: { given: true, currentVersion: noticeVersion },
    })
    const told: string[] = []
    client.realtime.on('kyc.updated', ({ status }) => told.push(status))
    await expect.poll(() => client.realtime.state).toBe('open')
    const receipt = await scene.submit(user)
    expect(receipt).toMatchObject({ status: 'pending', reasons: [] })
    expect(await scene.settled(user)).toMatchObject({
      status: 'verified',
      submissionId: receipt.id,
      type: 'pan',
      canSubmit: false,
      expiresAt: null,
    })
    await expect.poll(() => told.at(-1)).toBe('verified')
    client.realtime.close()
    expect((await client.me.get()).kycStatus).toBe('verified')
    expect((await scene.app.server.users.get({ userId })).kycStatus).toBe('verified')
    const events = (await scene.app.server.events.list({ limit: 100 })).data.filter(
      ({ data }) => 'userId' in data && data.userId === userId,
    )
    expect(events.map(({ type }) => type).filter((type) => type.startsWith('kyc.'))).toEqual(['kyc.verified', 'kyc.submitted'])
    expect(JSON.stringify(events)).not.toContain(claimed.name)
  })

  it.each([
    ['pan', (): string => panOf('0001'), 'rejected', 'number_not_found'],
    ['pan', (): string => panOf('0002'), 'rejected', 'name_mismatch'],
    ['pan', (): string => panOf('0004'), 'pending', 'multiple_records'],
    ['pan', (): string => panOf('0005'), 'rejected', undefined],
    ['driving_license', (): string => licenseOf('0001'), 'rejected', 'number_not_found'],
    ['driving_license', (): string => licenseOf('0002'), 'rejected', 'name_mismatch'],
    ['driving_license', (): string => licenseOf('4711'), 'verified', undefined],
    ['driving_license', (): string => 'GJ-2420180', 'pending', 'legacy_format'],
    ['aadhaar', (): string => aadhaarOf('0001'), 'rejected', 'number_not_found'],
    ['aadhaar', (): string => aadhaarOf('0002'), 'rejected', 'name_mismatch'],
    ['aadhaar', (): string => aadhaarOf('0004'), 'pending', undefined],
    ['aadhaar', (): string => aadhaarOf('0005'), 'rejected', undefined],
    ['aadhaar', (): string => aadhaarOf(), 'verified', undefined],
  ] as const)('of a %s that the sandboxes know is: %#', async (type, number, status, reason) => {
    const user = await scene.person()
    const { id } = await scene.submit(user, { type, number: number() })
    expect(await scene.settled(user)).toMatchObject({ status })
    const { reasons, reviewReasons } = await scene.app.server.kyc.getSubmission({ submissionId: id })
    const all: readonly string[] = [...reasons, ...reviewReasons]
    if (status !== 'verified') expect(all).not.toEqual([])
    if (reason !== undefined) expect(all).toContain(reason)
  })

  it('is verified by an app that shows a notice of its own, and keeps which one they agreed to', async () => {
    const user = await scene.app.user('own-notice', { phone: null })
    const { id } = await scene.submit(user, { consent: { version: 'Terms_7', language: 'hi-IN' } })
    expect(await scene.settled(user)).toMatchObject({ status: 'verified', consent: { given: false } })
    const shown = await scene.app.server.kyc.getSubmission({ submissionId: id })
    expect(shown.consent).toMatchObject({ version: 'Terms_7', language: 'hi' })
    const kept = 'select text from kyc_consents c join users u on u.id = c.user_id where u.host_id = $1'
    expect(await scene.rows(kept, ['own-notice'])).toEqual([{ text: 'The app’s own notice, version Terms_7.' }])
  })

  it('has their consent on record word for word, with version, language, time and address', async () => {
    const user = await scene.app.user('consenting', { phone: null })
    const notice = await user.client.kyc.getNotice({ language: 'hi' })
    await user.client.kyc.consent({ version: notice.version, language: 'hi' })
    const kept = 'select c.* from kyc_consents c join users u on u.id = c.user_id where u.host_id = $1'
    const rows = await scene.rows<{ text: string }>(kept, ['consenting'])
    const at = new Date(scene.platform.held.now())
    expect(rows).toMatchObject([
      { kind: 'given', version: noticeVersion, language: 'hi', from_ip: expect.stringContaining('127.0.0.1'), at },
    ])
    for (const word of [notice.title, ...notice.paragraphs, ...notice.items, notice.agreement]) expect(rows[0]?.text).toContain(word)
    await expect(scene.rows('update kyc_consents set version = $1', ['9'])).rejects.toThrow()
  })

  it.each([
    ['karza', 'hub'],
    ['karza', 'api'],
    ['signzy', 'v2'],
    ['signzy', 'v3'],
  ] as const)('is asked about at %s by the generation that the app chooses: %s', async (provider, generation) => {
    const app = await scene.platform.app(`By ${generation}`)
    await app.server.app.update({ kyc: { providers: { pan: [provider] }, generations: { [provider]: generation } } })
    expect((await app.server.app.get()).kyc?.generations).toMatchObject({ [provider]: generation })
    const user = await scene.person(app)
    const { id } = await scene.submit(user)
    expect((await scene.settled(user)).status).toBe('verified')
    expect((await app.server.kyc.getSubmission({ submissionId: id })).checks).toMatchObject([{ provider, outcome: 'pass' }])
    expect(scene.identities.asked.at(-1)).toBe(`${provider} ${generation}`)
  })

  it('is asked about by no generation that the platform has no account of: the app is told at once', async () => {
    const accounts = scene.identities.providers
    const few = await startPlatform({
      beside: scene.platform,
      kyc: { karza: accounts.karza, generations: { karza: { api: accounts.karza } } },
    })
    const at = createServer({ baseUrl: few.url, secretKey: scene.app.secretKey })
    await expect(at.app.update({ kyc: { generations: { karza: 'hub', signzy: 'v3' } } })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('let the operator configure the accounts'),
      errors: [
        { pointer: '/kyc/generations/karza', detail: expect.stringContaining('it has api') },
        { pointer: '/kyc/generations/signzy', detail: expect.stringContaining('it has none') },
      ],
    })
    expect((await at.app.get()).kyc?.generations).toEqual({ karza: null, signzy: null })
    expect((await at.app.update({ kyc: { generations: { karza: 'api', signzy: null } } })).kyc?.generations).toMatchObject({ karza: 'api' })
    await at.app.update({ kyc: null })
    await few.stop()
  })

  it('is rejected when they say that they are under 18, and nobody is asked about them', async () => {
    const user = await scene.person()
    const receipt = await scene.submit(user, { dateOfBirth: '2012-03-04' })
    expect(receipt).toMatchObject({ status: 'rejected', reasons: ['under_age'] })
    const shown = await scene.app.server.kyc.getSubmission({ submissionId: receipt.id })
    expect(shown.checks).toEqual([])
    expect(shown.history.map(({ event }) => event)).toEqual(['submitted', 'failed'])
  })

  it('hands it in once, however often the request comes', async () => {
    const user = await scene.person()
    const documentIds = [await scene.upload(user)]
    const body = { ...claimed, type: 'pan', number: panOf(), documentIds, consent: { version: noticeVersion, language: 'en' } }
    const credential = await user.token()
    const key = randomUUID()
    const post = () =>
      ask(scene.platform.url, { method: 'POST', path: '/v1/kyc/submissions', body, credential, headers: { 'Idempotency-Key': key } })
    const first = await post()
    const again = await post()
    expect([first.status, again.status, again.headers.get('idempotent-replay')]).toEqual([201, 201, 'true'])
    expect(again.text).toBe(first.text)
    const kept = await scene.rows<{ key: string }>('select key from idempotency_keys where key = $1', [key])
    expect(kept).toEqual([])
    expect((await scene.settled(user)).status).toBe('verified')
  })

  it('hands in one of two that come at the same moment', async () => {
    const user = await scene.person()
    const both = [await scene.upload(user), await scene.upload(user)].map((id) => scene.submit(user, { documentIds: [id] }))
    const outcomes = await Promise.allSettled(both)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: expect.objectContaining({ code: expect.stringMatching(/submission_pending|already_verified/) as string }) as Error,
    })
  })

  it('may add their PAN when another document verified them, and nothing else', async () => {
    const user = await scene.person()
    await scene.submit(user, { type: 'aadhaar' })
    expect(await scene.settled(user)).toMatchObject({ status: 'verified', canSubmit: true })
    await expect(scene.submit(user, { type: 'driving_license' })).rejects.toThrow(problem('already_verified'))
    await scene.submit(user, { type: 'pan', number: panOf('0002') })
    expect(await scene.settled(user)).toMatchObject({ status: 'verified', type: 'pan' })
    await scene.submit(user, { type: 'pan', name: 'Asha Kulkarni' })
    expect((await scene.settled(user)).status).toBe('verified')
    const [open] = (await scene.app.server.kyc.listSubmissions({ userId: user.userId, limit: 1 })).data
    expect(open).toMatchObject({ stage: 'review', reviewReasons: ['differs_from_verified'] })
  })
})

describe('a submission is refused', () => {
  it.each([
    [{ number: 'ABCDE1234F' }, '/number'],
    [{ number: 'AAACZ1234C' }, '/number'],
    [{ type: 'aadhaar', number: '234567890123' }, '/number'],
    [{ type: 'driving_license', number: 'XX0420110149646' }, '/number'],
    [{ dateOfBirth: '1990-02-30' }, '/dateOfBirth'],
    [{ dateOfBirth: '2090-01-01' }, '/dateOfBirth'],
    [{ name: 'Asha 234567890124' }, '/name'],
  ] as const)('for what is wrong in it, without a word of it: %#', async (wrong, pointer) => {
    const user = await scene.person()
    const documentIds = [await scene.upload(user, 'type' in wrong ? wrong.type : 'pan')]
    const body = { ...claimed, type: 'pan', number: panOf(), documentIds, consent: { version: noticeVersion, language: 'en' }, ...wrong }
    const answer = await ask(scene.platform.url, {
      method: 'POST',
      path: '/v1/kyc/submissions',
      body,
      credential: await user.token(),
      headers: { 'Idempotency-Key': randomUUID() },
    })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] })
    if ('number' in wrong) expect(answer.text).not.toContain(wrong.number)
    expect(await user.client.kyc.get()).toMatchObject({ status: 'not_started', submissionId: null })
  })

  it('without consent to the notice that holds now, where the app wants it first', async () => {
    const app = await scene.platform.app('Notice first')
    await app.server.app.update({ kyc: { consentFirst: true } })
    const user = await app.user('no-consent', { phone: null })
    await expect(scene.upload(user)).rejects.toThrow(problem('consent_required'))
    await expect(user.client.kyc.consent({ version: '2020-01', language: 'en' })).rejects.toThrow(problem('consent_required'))
    const other = await scene.person(app)
    await expect(scene.submit(other, { consent: { version: '2020-01', language: 'en' } })).rejects.toThrow(problem('consent_required'))
  })

  it('while another is looked at, and with documents of somebody else, another type or an earlier one', async () => {
    const user = await scene.person()
    const { id } = await scene.submit(user, { number: panOf('0004') })
    await scene.settled(user)
    await expect(scene.submit(user)).rejects.toThrow(problem('submission_pending'))
    const used = (await scene.app.server.kyc.getSubmission({ submissionId: id })).documents.map((document) => document.id)
    const thief = await scene.person()
    await expect(scene.submit(thief, { documentIds: used })).rejects.toThrow(problem('not_found'))
    await expect(scene.submit(thief, { documentIds: [await scene.upload(thief, 'aadhaar')] })).rejects.toThrow(problem('invalid_request'))
    const stranger = await scene.person(await scene.platform.app('Other'))
    await expect(scene.submit(stranger, { documentIds: [await scene.upload(thief)] })).rejects.toThrow(problem('not_found'))
    await scene.app.server.kyc.review({ submissionId: id, decision: 'reject', reasons: ['unreadable'] })
    await expect(scene.submit(user, { documentIds: used })).rejects.toThrow(problem('conflict'))
  })

  it('without the back where the app needs it, unless it is a PDF; and without the front anywhere', async () => {
    const app = await scene.platform.app('Both sides')
    await app.server.app.update({ kyc: { bothSides: ['aadhaar'] } })
    expect((await app.server.app.get()).kyc).toMatchObject({ bothSides: ['aadhaar'] })
    const user = await scene.person(app)
    expect((await user.client.kyc.get()).documents).toContainEqual({
      type: 'aadhaar',
      sides: ['front', 'back'],
      required: ['front', 'back'],
    })
    const front = await scene.upload(user, 'aadhaar')
    await expect(scene.submit(user, { type: 'aadhaar', documentIds: [front] })).rejects.toThrow(problem('document_side_missing'))
    const back = await scene.upload(user, 'aadhaar', 'back')
    await expect(scene.submit(user, { type: 'aadhaar', documentIds: [back] })).rejects.toThrow(problem('document_side_missing'))
    await scene.submit(user, { type: 'aadhaar', documentIds: [front, back] })
    expect((await scene.settled(user)).status).toBe('verified')
    const other = await scene.person(app)
    const file = new File([new Uint8Array(makePdf())], 'eaadhaar.pdf', { type: 'application/pdf' })
    const whole = await other.client.kycDocuments.create({ type: 'aadhaar', side: 'front', file })
    expect(whole).toMatchObject({ format: 'pdf' })
    expect((await scene.submit(other, { type: 'aadhaar', documentIds: [whole.id] })).status).toBe('pending')
    const third = await scene.person(app)
    expect((await scene.submit(third, { type: 'driving_license' })).status).toBe('pending')
  })

  it('of a type that the app does not take, and after as many rejections as it allows', async () => {
    const app = await scene.platform.app('Strict')
    await app.server.app.update({ kyc: { documents: ['pan'], maxRejections: 2 } })
    const user = await scene.person(app)
    expect(await user.client.kyc.get()).toMatchObject({ attemptsLeft: 2, documents: [{ type: 'pan', sides: ['front'] }] })
    await expect(scene.submit(user, { type: 'aadhaar' })).rejects.toThrow(problem('invalid_request'))
    for (const left of [1, 0]) {
      await scene.submit(user, { number: panOf('0001') })
      expect(await scene.settled(user)).toMatchObject({ status: 'rejected', attemptsLeft: left })
    }
    await expect(scene.submit(user)).rejects.toThrow(problem('too_many_submissions'))
    const { submissionId } = await user.client.kyc.get()
    await app.server.kyc.review({ submissionId: submissionId ?? '', decision: 'reopen', note: 'Please send it once more.' })
    await app.server.kyc.review({ submissionId: submissionId ?? '', decision: 'reject', reasons: ['unreadable'] })
    expect(await user.client.kyc.get()).toMatchObject({ canSubmit: true, attemptsLeft: 1 })
  })

  it('when a page sends a key that holds a number, and the number is kept nowhere', async () => {
    const user = await scene.person()
    const number = aadhaarOf()
    const answer = await ask(scene.platform.url, {
      method: 'POST',
      path: '/v1/kyc/consents',
      body: { version: '0', language: 'en' },
      credential: await user.token(),
      headers: { 'Idempotency-Key': number },
    })
    expect(codeOf(answer)).toBe('consent_required')
    expect(await scene.rows('select 1 from idempotency_keys where key like $1', [`%${number}%`])).toEqual([])
  })
})

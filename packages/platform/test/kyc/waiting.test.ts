import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckResult, Kyc } from '../../src/providers/kyc/port.ts'
import { aadhaarOf, licenseOf, panOf } from './numbers.ts'
import { kycScene, picture, type KycScene } from './scene.ts'

let scene: KycScene
beforeAll(async () => {
  scene = await kycScene()
})
afterAll(() => scene.stop())

const hour = 3_600

const unclear: CheckResult = {
  provider: 'karza',
  providerRequestId: null,
  state: 'review',
  reason: 'unclear',
  nameMatches: null,
  dateOfBirthMatches: null,
  extracted: { name: null, dateOfBirth: null, lastFour: null },
  score: null,
  providerCode: null,
  requests: 1,
  latencyMs: 1,
  maskedPictures: [],
}

describe('while no provider answers', () => {
  it('everything stays pending for a day, and finishes by itself when one is back', async () => {
    const { karza, signzy } = scene.identities
    const users = [await scene.person(), await scene.person(), await scene.person()]
    for (const { control } of [karza, signzy]) control.faultApi({ action: 'fail', status: 503, times: 100_000 })
    const [one, two, three] = users
    if (one === undefined || two === undefined || three === undefined) throw new Error('nobody came')
    const { id } = await scene.submit(one)
    await scene.submit(two, { type: 'aadhaar' })
    await scene.submit(three, { type: 'driving_license', number: licenseOf() })
    await scene.platform.advance(24 * hour, 24 * hour)
    for (const user of users) expect(await scene.settled(user)).toMatchObject({ status: 'pending', canSubmit: false })
    const { checks } = await scene.app.server.kyc.getSubmission({ submissionId: id })
    expect(checks.every(({ outcome }) => outcome === 'retryable')).toBe(true)
    expect(checks.length).toBeGreaterThan(1)
    for (const { control } of [karza, signzy]) control.clearFaults()
    await scene.platform.advance(hour, hour)
    for (const user of users) expect((await scene.settled(user)).status).toBe('verified')
  })

  it('the other one is asked at once, and both questions are in the evidence', async () => {
    const { karza } = scene.identities
    const user = await scene.person()
    karza.control.faultApi({ action: 'fail', status: 503, times: 100_000 })
    const { id } = await scene.submit(user)
    expect((await scene.settled(user)).status).toBe('verified')
    karza.control.clearFaults()
    expect((await scene.app.server.kyc.getSubmission({ submissionId: id })).checks).toMatchObject([
      { provider: 'karza', outcome: 'retryable', reason: 'source_down' },
      { provider: 'signzy', outcome: 'pass' },
    ])
  })

  it('an Aadhaar number is kept for less than three days, and a reviewer decides', async () => {
    const user = await scene.person()
    const { id } = await scene.submit(user, { type: 'aadhaar', number: aadhaarOf('0003') })
    const kept = () => scene.rows("select 1 from kyc_secrets where submission_id = $1 and kind = 'number'", [id])
    await scene.platform.quiet()
    expect(await kept()).toHaveLength(1)
    await scene.platform.advance(72 * hour, 72 * hour)
    expect(await kept()).toEqual([])
    const shown = await scene.app.server.kyc.getSubmission({ submissionId: id })
    expect(shown).toMatchObject({ stage: 'review', reviewReasons: ['provider_silent'] })
    await scene.app.server.kyc.review({ submissionId: id, decision: 'approve' })
    expect((await scene.settled(user)).status).toBe('verified')
  })
})

it('an answer that comes after the decision is kept, and changes nothing', async () => {
  const held = scene.identities.hold()
  const user = await scene.person()
  const { id } = await scene.submit(user)
  await held.came
  await scene.app.server.kyc.review({ submissionId: id, decision: 'reject', reasons: ['not_accepted'] })
  await scene.app.server.kyc.review({ submissionId: id, decision: 'reopen' })
  held.release()
  expect(await scene.settled(user)).toMatchObject({ status: 'pending' })
  const shown = await scene.app.server.kyc.getSubmission({ submissionId: id })
  expect(shown).toMatchObject({ stage: 'review', reviewReasons: ['reopened'], found: null })
  expect(shown.checks).toMatchObject([{ outcome: 'pass', attempt: 1, counted: false }])
})

it('an answer that comes after the decision brings no masked pictures either', async () => {
  const [came, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const masking: Kyc = {
    name: 'karza',
    proves: () => true,
    isResting: () => false,
    async startCheck() {
      came.resolve()
      await released.promise
      return { ...unclear, maskedPictures: [await picture] }
    },
  }
  const late = await kycScene({ kyc: { karza: masking } })
  try {
    const user = await late.person()
    const { id } = await late.submit(user, { type: 'aadhaar' })
    await came.promise
    const [document] = (await late.app.server.kyc.getSubmission({ submissionId: id })).documents
    const documentId = document?.id ?? ''
    const mask = { documentId, pages: [{ page: 1, hide: [{ left: 0, top: 0, width: 0.5, height: 0.5 }] }], reason: 'Number' }
    await expect(late.app.server.kycDocuments.mask(mask)).rejects.toMatchObject({ code: 'conflict' })
    await late.app.server.kyc.review({ submissionId: id, decision: 'reject', reasons: ['not_accepted'] })
    released.resolve()
    await late.settled(user)
    const { documents, checks } = await late.app.server.kyc.getSubmission({ submissionId: id })
    expect(checks).toMatchObject([{ counted: false }])
    expect(documents).toMatchObject([{ masked: false, destroyed: false }])
    expect(await late.app.server.kycDocuments.mask(mask)).toMatchObject({ id: documentId, masked: true })
  } finally {
    released.resolve()
    await late.stop()
  }
})

it('a verification runs out when the app says, and can be renewed before', async () => {
  const app = await scene.platform.app('Yearly')
  await app.server.app.update({ kyc: { validDays: 60 } })
  const [late, early, between] = [await scene.person(app), await scene.person(app), await scene.person(app)]
  for (const user of [late, early, between]) {
    await scene.submit(user)
    expect((await scene.settled(user)).expiresAt).not.toBeNull()
  }
  await scene.platform.advance(31 * 24 * hour, 31 * 24 * hour)
  expect(await early.client.kyc.get()).toMatchObject({ status: 'verified', canSubmit: true })
  await scene.submit(early)
  expect((await scene.settled(early)).status).toBe('verified')
  const { id: renewal } = await scene.submit(between, { number: panOf('0004') })
  expect((await scene.settled(between)).status).toBe('verified')
  await scene.platform.advance(30 * 24 * hour, 30 * 24 * hour)
  expect(await late.client.kyc.get()).toMatchObject({ status: 'rejected', reasons: ['expired'], canSubmit: true })
  expect((await late.client.me.get()).kycStatus).toBe('rejected')
  const expired = (await app.server.events.list({ type: 'kyc.expired' })).data.map(({ data }) => data)
  expect(expired).toContainEqual(expect.objectContaining({ userId: late.userId, status: 'rejected', reasons: ['expired'] }))
  expect((await early.client.kyc.get()).status).toBe('verified')
  // What they handed in before it ran out is still looked at, and can be decided.
  expect(await between.client.kyc.get()).toMatchObject({ status: 'pending', submissionId: renewal, verifiedAt: null, canSubmit: false })
  await app.server.kyc.review({ submissionId: renewal, decision: 'approve' })
  expect((await between.client.kyc.get()).status).toBe('verified')
})

it('what proves nothing is kept for as long as the app says, and what somebody is verified by while they are', async () => {
  const app = await scene.platform.app('Forgetful')
  const user = await scene.person(app)
  const { id: refused } = await scene.submit(user, { number: panOf('0001') })
  await scene.settled(user)
  const { id: counts } = await scene.submit(user)
  expect((await scene.settled(user)).status).toBe('verified')
  const kept = (id: string) => scene.rows('select kind from kyc_secrets where submission_id = $1', [id])
  expect(await kept(refused)).not.toEqual([])
  await scene.platform.advance(366 * 24 * hour, 366 * 24 * hour)
  expect(await kept(refused)).toEqual([])
  expect(await kept(counts)).not.toEqual([])
  const shown = await app.server.kyc.getSubmission({ submissionId: refused })
  expect(shown).toMatchObject({ stage: 'rejected', reasons: ['number_not_found'], name: null, numberMasked: null })
  expect((await user.client.kyc.get()).status).toBe('verified')
  expect((await app.server.kyc.listAudit({ submissionId: refused })).data.map(({ action }) => action)).toContain('kyc.forgotten')
})

import { createServer } from '@impacthub/sdk/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestUser } from '../start-platform.ts'
import { startReceiver } from '../webhooks/receiver.ts'
import { aadhaarOf, panOf } from './numbers.ts'
import { claimed, kycScene, noticeVersion, type KycScene } from './scene.ts'

let scene: KycScene
let app: TestApp
beforeAll(async () => {
  scene = await kycScene()
  app = scene.app
})
afterAll(() => scene.stop())

const problem = (code: string) => expect.objectContaining({ code }) as Error

/** Somebody whose submission a reviewer has to decide. */
async function inReview(of: TestApp = app, name = claimed.name): Promise<{ user: TestUser; submissionId: string }> {
  const user = await scene.person(of)
  const { id } = await scene.submit(user, { number: panOf('0004'), name })
  await scene.settled(user)
  return { user, submissionId: id }
}

describe('the queue', () => {
  it('shows what waits, the oldest first, by stage, type, reason, provider, user and age, and no name', async () => {
    const { user, submissionId } = await inReview()
    const later = await inReview()
    await scene.submit(await scene.person())
    await scene.platform.quiet()
    const { kyc } = app.server
    const waiting = (await kyc.listSubmissions({ stage: 'review', order: 'oldest' })).data.map(({ id }) => id)
    expect(waiting.indexOf(submissionId)).toBeLessThan(waiting.indexOf(later.submissionId))
    const filters = [
      { reason: 'multiple_records' },
      { type: 'pan', provider: 'karza' },
      { status: 'pending', userId: user.userId },
      { after: '2020-01-01T00:00:00Z', before: '2090-01-01T00:00:00Z' },
    ] as const
    for (const filter of filters)
      expect((await kyc.listSubmissions({ ...filter, limit: 100 })).data.map(({ id }) => id)).toContain(submissionId)
    for (const filter of [{ type: 'aadhaar' }, { status: 'verified' }, { userId: 'nobody' }, { before: '2020-01-01T00:00:00Z' }] as const)
      expect((await kyc.listSubmissions(filter)).data.map(({ id }) => id)).not.toContain(submissionId)
    const [one] = (await kyc.listSubmissions({ userId: user.userId })).data
    expect(one).toMatchObject({ id: submissionId, userId: user.userId, stage: 'review', status: 'pending', provider: 'karza' })
    expect(JSON.stringify(one)).not.toContain(claimed.name)
    const first = await kyc.listSubmissions({ limit: 1 })
    expect(first.nextCursor).not.toBeNull()
    await expect(kyc.listSubmissions({ limit: 1, type: 'aadhaar', cursor: first.nextCursor ?? '' })).rejects.toThrow(
      problem('invalid_request'),
    )
  })

  it('comes as CSV and as JSON lines, and who took it is on record', async () => {
    const other = await scene.platform.app('Exporting')
    const { user } = await inReview(other)
    const { kyc } = other.server
    const csv = await kyc.export({ reason: 'Audit of November' })
    expect(csv.text.split('\n')).toHaveLength(3)
    expect(csv.text).toMatch(/^id,userId,type,numberMasked,/)
    expect(csv.text).not.toContain(claimed.name)
    // What a spreadsheet would calculate is text.
    await scene.rows("update users set host_id = '=1+1' where host_id = $1", [user.userId])
    expect((await kyc.export({ reason: 'Audit of November' })).text).toMatch(/^kyc_[0-9a-z]+,"?'=1\+1"?,pan,/m)
    const { text } = await kyc.export({ format: 'jsonl', reason: 'Audit of November' })
    expect(JSON.parse(text)).toMatchObject({ type: 'pan', stage: 'review' })
    expect((await kyc.listAudit()).data.map(({ action, reason }) => ({ action, reason }))).toEqual([
      { action: 'kyc.exported', reason: 'Audit of November' },
      { action: 'kyc.exported', reason: 'Audit of November' },
      { action: 'kyc.exported', reason: 'Audit of November' },
    ])
  })
})

describe('a case', () => {
  it('has all the evidence, and its number only for a reason, by a key that may see it', async () => {
    const user = await scene.person()
    const number = panOf('0004')
    const { id: submissionId } = await scene.submit(user, { number })
    await scene.platform.quiet()
    const shown = await app.server.kyc.getSubmission({ submissionId })
    expect(shown).toMatchObject({
      number: null,
      numberMasked: `XXXXXX${number.slice(-4)}`,
      ...claimed,
      documents: [{ type: 'pan', side: 'front', destroyed: false }],
      consent: { version: noticeVersion, language: 'en' },
      checks: [{ provider: 'karza', outcome: 'review', reason: 'multiple_records', counted: true }],
      history: [
        { event: 'submitted', by: user.userId, from: null, to: 'checking' },
        { event: 'unclear', by: 'platform', from: 'checking', to: 'review' },
      ],
    })
    expect(JSON.stringify(shown)).not.toContain(number)
    await expect(app.server.kyc.getSubmission({ submissionId, reveal: 'true' })).rejects.toThrow(problem('invalid_request'))
    const { key } = await app.server.keys.create({ kind: 'secret', scopes: ['kyc:read'] })
    const reader = createServer({ baseUrl: scene.platform.url, secretKey: key })
    const wish = { submissionId, reveal: 'true', reason: 'Compare with the card' } as const
    await expect(reader.kyc.getSubmission(wish)).rejects.toThrow(problem('forbidden'))
    expect((await app.server.kyc.getSubmission(wish)).number).toBe(number)
    const audit = (await app.server.kyc.listAudit({ submissionId })).data
    expect(audit.map(({ action, reason }) => [action, reason])).toEqual([
      ['kyc.revealed', 'Compare with the card'],
      ['kyc.viewed', null],
    ])
    expect(audit[0]?.details).toMatchObject({ userId: user.userId })
    expect(JSON.stringify(audit)).not.toContain('usr_')
  })

  it('shows nobody an Aadhaar number, which is gone when the provider has answered', async () => {
    const user = await scene.person()
    const number = aadhaarOf()
    const { id: submissionId } = await scene.submit(user, { type: 'aadhaar', number })
    expect((await scene.settled(user)).status).toBe('verified')
    const shown = await app.server.kyc.getSubmission({ submissionId, reveal: 'true', reason: 'Curious' })
    expect(shown).toMatchObject({
      number: null,
      numberMasked: `XXXXXXXX${number.slice(-4)}`,
      nameMatch: 'match',
    })
    expect(await scene.rows("select 1 from kyc_secrets where submission_id = $1 and kind = 'number'", [submissionId])).toEqual([])
  })

  it('of another app, or that is not there, does not exist', async () => {
    const { submissionId } = await inReview()
    const { kyc } = (await scene.platform.app('Stranger')).server
    await expect(kyc.getSubmission({ submissionId })).rejects.toThrow(problem('not_found'))
    await expect(kyc.review({ submissionId, decision: 'approve' })).rejects.toThrow(problem('not_found'))
    expect((await kyc.listAudit({ submissionId })).data).toEqual([])
  })
})

describe('a reviewer', () => {
  it('approves, takes it back, and rejects with a reason that the user is told', async () => {
    const { user, submissionId } = await inReview()
    const { kyc } = app.server
    const receiver = await startReceiver()
    const { id: endpointId } = await app.server.webhookEndpoints.create({ url: receiver.url, types: ['*'] })
    const told: string[] = []
    user.client.realtime.on('kyc.updated', ({ status, reasons }) => told.push([status, ...reasons].join(' ')))
    await expect.poll(() => user.client.realtime.state).toBe('open')
    const live = (last: string) => expect.poll(() => told.at(-1)).toBe(last)
    await expect(kyc.review({ submissionId, decision: 'reject' })).rejects.toThrow(problem('invalid_request'))
    expect(await kyc.review({ submissionId, decision: 'approve', reviewer: 'Rita' })).toMatchObject({
      stage: 'verified',
      decidedBy: 'reviewer',
    })
    expect(await user.client.kyc.get()).toMatchObject({ status: 'verified', note: null })
    await live('verified')
    await expect(kyc.review({ submissionId, decision: 'approve' })).rejects.toThrow(problem('conflict'))
    await kyc.review({ submissionId, decision: 'reopen', note: 'We look once more.' })
    expect(await user.client.kyc.get()).toMatchObject({ status: 'pending', note: 'We look once more.', verifiedAt: null })
    await live('pending')
    await kyc.review({ submissionId, decision: 'reject', reasons: ['unreadable'], note: 'Please take it in daylight.' })
    expect(await user.client.kyc.get()).toMatchObject({
      status: 'rejected',
      reasons: ['unreadable'],
      note: 'Please take it in daylight.',
      canSubmit: true,
    })
    await live('rejected unreadable')
    await scene.platform.quiet()
    expect(new Map(receiver.received.map(({ event }) => [event.type, event.data]))).toEqual(
      new Map<string, unknown>([
        ['kyc.verified', expect.objectContaining({ userId: user.userId, status: 'verified' })],
        ['kyc.reopened', expect.objectContaining({ userId: user.userId, status: 'pending', note: 'We look once more.' })],
        ['kyc.rejected', expect.objectContaining({ userId: user.userId, status: 'rejected', reasons: ['unreadable'] })],
      ]),
    )
    user.client.realtime.close()
    await app.server.webhookEndpoints.delete({ endpointId })
    await receiver.close()
    const { history } = await kyc.getSubmission({ submissionId })
    expect(history.map(({ event }) => event)).toEqual(['submitted', 'unclear', 'approved', 'reopened', 'refused'])
    const events = (await app.server.events.list({ limit: 100 })).data.filter(({ data }) => 'userId' in data && data.userId === user.userId)
    expect(events.map(({ type }) => type).filter((type) => type.startsWith('kyc.'))).toEqual([
      ...['kyc.rejected', 'kyc.reopened', 'kyc.verified', 'kyc.review_needed', 'kyc.submitted'],
    ])
  })

  it('decides once, however often the request comes', async () => {
    const { submissionId } = await inReview()
    const wish = { submissionId, decision: 'reject' as const, reasons: ['other' as const] }
    const first = await app.server.kyc.review(wish, { idempotencyKey: submissionId })
    expect(await app.server.kyc.review(wish, { idempotencyKey: submissionId })).toEqual(first)
    const { history } = await app.server.kyc.getSubmission({ submissionId })
    expect(history.filter(({ event }) => event === 'refused')).toHaveLength(1)
  })

  it('needs a second one where the app wants two, and is not the second one', async () => {
    const strict = await scene.platform.app('Two pairs of eyes')
    await strict.server.app.update({ kyc: { approvals: 2 } })
    const { user, submissionId } = await inReview(strict)
    const { kyc } = strict.server
    await expect(kyc.review({ submissionId, decision: 'approve' })).rejects.toThrow(problem('invalid_request'))
    expect(await kyc.review({ submissionId, decision: 'approve', reviewer: 'Rita' })).toMatchObject({
      stage: 'second_review',
      status: 'pending',
    })
    expect((await user.client.kyc.get()).status).toBe('pending')
    await expect(kyc.review({ submissionId, decision: 'approve', reviewer: 'RITA' })).rejects.toThrow(problem('conflict'))
    expect((await kyc.getSubmission({ submissionId })).approvals).toMatchObject([{ reviewer: 'Rita' }])
    // Nor when the app changes its mind meanwhile.
    await strict.server.app.update({ kyc: { approvals: 1 } })
    await expect(kyc.review({ submissionId, decision: 'approve', reviewer: 'Rita' })).rejects.toThrow(problem('conflict'))
    expect(await kyc.review({ submissionId, decision: 'approve', reviewer: 'Sam' })).toMatchObject({ stage: 'verified' })
    expect((await user.client.kyc.get()).status).toBe('verified')
    // Half an approval of an earlier time is none.
    await strict.server.app.update({ kyc: { approvals: 2 } })
    for (const reviewer of ['Rita', 'Sam']) {
      await kyc.review({ submissionId, decision: 'reopen' })
      expect(await kyc.review({ submissionId, decision: 'approve', reviewer })).toMatchObject({ stage: 'second_review' })
      expect((await kyc.getSubmission({ submissionId })).approvals).toMatchObject([{ reviewer }])
      await kyc.review({ submissionId, decision: 'reject', reasons: ['unreadable'] })
    }
  })

  it('decides where nobody can be asked: live mode never falls back to the sandboxes', async () => {
    const live = await scene.platform.app('Live', 'live')
    const user = await scene.person(live)
    const { id: submissionId } = await scene.submit(user)
    expect(await scene.settled(user)).toMatchObject({ status: 'pending' })
    expect(await live.server.kyc.getSubmission({ submissionId })).toMatchObject({ reviewReasons: ['provider_silent'], checks: [] })
  })

  it('sees every case where the app wants to', async () => {
    const careful = await scene.platform.app('Careful')
    await careful.server.app.update({ kyc: { autoDecide: false } })
    const user = await scene.person(careful)
    await scene.submit(user)
    expect(await scene.settled(user)).toMatchObject({ status: 'pending' })
    expect((await careful.server.kyc.listSubmissions({ reason: 'by_rule' })).data).toHaveLength(1)
  })

  it('is told of another account with the same number, and the second is not verified by rule', async () => {
    const number = panOf()
    const [one, other] = [await scene.person(), await scene.person()]
    await Promise.all([scene.submit(one, { number }), scene.submit(other, { number })])
    const statuses = [(await scene.settled(one)).status, (await scene.settled(other)).status]
    expect(statuses.sort()).toEqual(['pending', 'verified'])
    const [open] = (await app.server.kyc.listSubmissions({ reason: 'used_elsewhere' })).data
    const { usedBy } = await app.server.kyc.getSubmission({ submissionId: open?.id ?? '' })
    expect(usedBy).toMatchObject([{ status: 'verified' }])
    const elsewhere = await scene.platform.app('Elsewhere')
    const namesake = await scene.person(elsewhere)
    await scene.submit(namesake, { number })
    expect((await scene.settled(namesake)).status).toBe('verified')
  })

  it('decides on what counts: not on a submission that a later one has replaced', async () => {
    const user = await scene.person()
    const { id: earlier } = await scene.submit(user, { number: panOf('0001') })
    await scene.settled(user)
    await scene.submit(user)
    await scene.settled(user)
    await expect(app.server.kyc.review({ submissionId: earlier, decision: 'reopen' })).rejects.toThrow(problem('conflict'))
    expect((await user.client.kyc.get()).status).toBe('verified')
  })
})

it('a verification that is taken back while another document is looked at leaves that one to be decided', async () => {
  const user = await scene.person()
  const { id: verifiedBy } = await scene.submit(user, { type: 'aadhaar' })
  await scene.settled(user)
  const { id: added } = await scene.submit(user, { number: panOf('0004') })
  await scene.settled(user)
  const { kyc } = app.server
  await expect(kyc.review({ submissionId: verifiedBy, decision: 'reopen' })).rejects.toThrow(problem('conflict'))
  await kyc.review({ submissionId: verifiedBy, decision: 'reject', reasons: ['not_accepted'] })
  expect(await user.client.kyc.get()).toMatchObject({ status: 'pending', submissionId: added, verifiedAt: null })
  await kyc.review({ submissionId: added, decision: 'reject', reasons: ['unreadable'] })
  expect(await user.client.kyc.get()).toMatchObject({ status: 'rejected', reasons: ['unreadable'], canSubmit: true })
})

describe('who they were', () => {
  const traces = async (userId: string) =>
    scene.rows(
      `select s.number_masked, s.fingerprint, k.kind from users u join kyc_submissions s on s.user_id = u.id
         left join kyc_secrets k on k.submission_id = s.id where u.host_id = $1 and (s.fingerprint is not null or k.kind is not null)`,
      [userId],
    )

  it('is gone when the app erases it, and decisions and consent stay', async () => {
    const user = await scene.person()
    const { id: submissionId } = await scene.submit(user)
    expect((await scene.settled(user)).status).toBe('verified')
    await app.server.kyc.erase({ userId: user.userId })
    expect(await user.client.kyc.get()).toMatchObject({ status: 'not_started', submissionId: null, canSubmit: true })
    expect(await traces(user.userId)).toEqual([])
    const shown = await app.server.kyc.getSubmission({ submissionId })
    expect(shown).toMatchObject({ stage: 'erased', number: null, numberMasked: null, name: null, dateOfBirth: null, found: null })
    expect(shown.documents).toMatchObject([{ destroyed: true }])
    expect(shown.history.map(({ event }) => event)).toEqual(['submitted', 'passed', 'erased'])
    expect((await app.server.kyc.listAudit({ userId: user.userId })).data.map(({ action }) => action)).toContain('kyc.erased')
    await expect(app.server.kyc.review({ submissionId, decision: 'reopen' })).rejects.toThrow(problem('not_found'))
    await app.server.kyc.erase({ userId: user.userId })
    await expect(app.server.kyc.erase({ userId: 'nobody' })).rejects.toThrow(problem('not_found'))
  })

  it('is gone when the user takes the consent back, and nothing can be uploaded then', async () => {
    const user = await scene.person()
    await scene.submit(user)
    await scene.settled(user)
    await user.client.kyc.withdrawConsent()
    expect(await user.client.kyc.get()).toMatchObject({ status: 'not_started', consent: { given: false, givenAt: null } })
    expect(await traces(user.userId)).toEqual([])
    await expect(scene.upload(user)).rejects.toThrow(problem('consent_required'))
    expect(
      await scene.rows('select kind from kyc_consents c join users u on u.id = c.user_id where u.host_id = $1 order by c.id', [
        user.userId,
      ]),
    ).toEqual([{ kind: 'given' }, { kind: 'withdrawn' }])
  })

  it('is gone with the user, however often they tried', async () => {
    const user = await scene.person()
    const { id } = await scene.submit(user, { number: panOf('0001') })
    await scene.settled(user)
    await scene.rows(
      `insert into kyc_submissions (id, tenant_id, user_id, type, stage, stage_since, number_masked, is_legacy, fingerprint, consent_id, created_at)
       select 'kyc_' || lpad(n::text, 26, '0'), tenant_id, user_id, type, stage, stage_since, number_masked, is_legacy, fingerprint, consent_id, created_at
       from kyc_submissions, generate_series(1, 101) as n where id = $1`,
      [id],
    )
    expect(await traces(user.userId)).not.toEqual([])
    await app.server.users.delete({ userId: user.userId })
    expect(await traces(user.userId)).toEqual([])
    await expect(app.server.kyc.getOfUser({ userId: user.userId })).rejects.toThrow(problem('not_found'))
    expect((await app.server.kyc.listAudit({ userId: user.userId })).data.map(({ action }) => action)).toContain('kyc.erased')
  })
})

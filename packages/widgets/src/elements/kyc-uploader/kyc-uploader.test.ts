import { ConnectError } from '@impacthub/sdk'
import { html } from 'lit'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { cardPicture } from '../../testing/card-picture.ts'
import { problem, type Script } from '../../testing/scripted-client.ts'
import { standing } from '../../testing/scripted-kyc.ts'
import { details, forgetUploads, showUploader as show } from '../../testing/show-uploader.ts'
import { keepUpload, recallUploads } from './kept-uploads.ts'
import './kyc-uploader.define.ts'

beforeEach(forgetUploads)

describe('the way to be verified', () => {
  it('begins with consent, takes a picture and what it says, and ends with the decision, live', async () => {
    let now: Partial<typeof standing> = {}
    const page = show({ kyc: () => Promise.resolve({ ...standing, ...now }), consented: false })
    await expect.poll(() => page.text('h3')).toBe('Before we check your identity')
    expect(page.find("[part='types']")).toBeNull()
    await page.press('agree')
    expect(page.client.kycBook.asked).toEqual([])
    await userEvent.click(page.find("input[name='agreed']")!)
    await page.press('agree')
    await page.choose(await cardPicture())
    await expect.poll(() => page.slot()).toContain('Sent')
    await page.fill(details)
    await page.press('submit')
    await expect.poll(() => page.client.kycBook.asked).toEqual(['consent 2026-11', 'begin pan front', 'submit pan doc_1'])
    now = { status: 'pending', submissionId: 'kyc_1', updatedAt: '2026-11-23T10:01:00Z', canSubmit: false }
    page.client.emit('kyc.updated', { ...standing, ...now })
    await expect.poll(() => page.text("[part='status']")).toBe('Pending')
  })

  it('hands in again with the same key when no answer came, and shows what was refused beside its field', async () => {
    const keys: unknown[] = []
    const answers = [
      problem('network_error'),
      new ConnectError('invalid_request', 'no', { status: 400, errors: [{ pointer: '/number', detail: 'x' }] }),
    ]
    const page = show({
      documents: [{ id: 'doc_7', type: 'pan', side: 'front', pages: 1, format: 'picture', hints: [], createdAt: '2026-11-23T10:00:00Z' }],
      submit: (_, options) => {
        keys.push(options?.idempotencyKey)
        return Promise.reject(answers.shift() ?? problem('internal', 500))
      },
    })
    await expect.poll(() => page.slot()).toContain('Sent')
    await page.press('submit')
    expect(keys).toEqual([])
    expect(page.text("[part='details']")).toContain('Check the number')
    await page.fill(details)
    await page.press('submit')
    await expect.poll(() => page.text("[part='fault']")).toBe('No connection. Try again.')
    await page.press('submit')
    await expect.poll(() => page.text("[part='details']")).toContain('Check the number')
    expect(keys).toEqual([keys[0], keys[0]])
    expect(page.element?.shadowRoot?.activeElement?.getAttribute('name')).toBe('number')
    await page.press('submit')
    await expect.poll(() => keys.length).toBe(3)
    expect(keys[2]).not.toBe(keys[0])
  })

  it('needs every side', async () => {
    const page = show({}, 'en', html`<ihc-kyc-uploader type="aadhaar"></ihc-kyc-uploader>`)
    await page.choose(await cardPicture(), 1)
    await expect.poll(() => page.slot(1)).toContain('Sent')
    await page.fill({ ...details, number: '234567890124' })
    await page.press('submit')
    await expect.poll(() => page.text("[part='fault']")).toBe('Add a picture of each side.')
    expect(page.client.kycBook.asked).toEqual(['begin aadhaar back'])
  })
})

describe('a picture', () => {
  it('that is hard to read is shown with what to do, and sent only when somebody says so', async () => {
    const page = show()
    await page.choose(await cardPicture({ light: 0.3 }))
    await expect.poll(() => page.slot()).toContain('Too dark.')
    expect(page.client.kycBook.uploads.size).toBe(0)
    await page.press('use')
    await expect.poll(() => page.slot()).toContain('Sent')
  })

  it('that cannot be read says so, and another one can be chosen', async () => {
    const page = show()
    await page.choose(new Blob(['nothing'], { type: 'image/jpeg' }))
    await expect.poll(() => page.slot()).toContain('This file cannot be read.')
    await page.choose(await cardPicture())
    await expect.poll(() => page.slot()).toContain('Sent')
  })

  it('goes on by itself after the connection was lost, with a bar that tells how far it is', async () => {
    let lost = true
    const page = show({
      onPiece: (offset) => {
        if (offset > 0 && lost) throw problem('network_error')
      },
    })
    await page.choose(await cardPicture({ width: 3_000, height: 2_250 }))
    await expect.poll(() => page.slot()).toContain('No connection.')
    expect(page.find('progress')).toHaveProperty('value', expect.any(Number))
    lost = false
    dispatchEvent(new Event('online'))
    await expect.poll(() => page.slot()).toContain('Sent')
    const [upload] = page.client.kycBook.uploads.values()
    expect(upload?.received).toBe(upload?.length)
    expect(page.client.kycBook.uploads.size).toBe(1)
  })

  it('goes on after the page was closed in the midst of it, from where it was', async () => {
    const first = show({ onPiece: (offset) => (offset > 0 ? new Promise(() => {}) : undefined) })
    await first.choose(await cardPicture({ width: 3_000, height: 2_250 }))
    await expect.poll(() => [...first.client.kycBook.uploads.values()][0]?.received).toBeGreaterThan(0)
    const before = [...first.client.kycBook.uploads][0]
    first.main.replaceChildren()
    const second = show({})
    if (before) second.client.kycBook.uploads.set(...before)
    await expect.poll(() => second.slot()).toContain('Sent')
    expect(second.client.kycBook.asked).toEqual(['get upl_1'])
    expect(second.client.kycBook.uploads.size).toBe(1)
  })

  it('that was sent before is there again after a reload, and is dropped when another one takes its place', async () => {
    const page = show({
      documents: [
        { id: 'doc_7', type: 'pan', side: 'front', pages: 1, format: 'picture', hints: ['blurred'], createdAt: '2026-11-23T10:00:00Z' },
      ],
      // Nobody waits for it: the network may be slow.
      onDelete: () => new Promise(() => {}),
    })
    await expect.poll(() => page.slot()).toContain('Blurred.')
    await page.choose(await cardPicture())
    await expect.poll(() => page.slot()).toContain('Sent')
    expect(page.client.kycBook.asked).toEqual(['delete doc_7', 'begin pan front'])
  })

  it('in a locked PDF asks for its password, without sending the file again', async () => {
    const page = show({
      onFinish: (password) => {
        if (password !== 'ASHA1990')
          throw new ConnectError(password ? 'pdf_password_wrong' : 'pdf_password_required', 'locked', { status: 400 })
      },
    })
    await page.choose(new Blob([new Uint8Array(1_000)], { type: 'application/pdf' }), 0, 'aadhaar.pdf')
    await expect.poll(() => page.slot()).toContain('This PDF is locked.')
    for (const password of ['wrong', 'ASHA1990']) {
      await expect.poll(() => page.find("input[name='password']")).toBeTruthy()
      await page.fill({ password })
      await userEvent.keyboard('{Enter}')
    }
    await expect.poll(() => page.slot()).toContain('Sent')
    expect(page.client.kycBook.asked.filter((what) => what.startsWith('begin'))).toHaveLength(1)
  })

  it('is taken with the camera, which tells what is wrong while somebody aims', async () => {
    const page = show()
    await expect.poll(() => page.find("[part='take']")).toBeTruthy()
    await page.press('take')
    await expect.poll(() => page.find('dialog video')).toBeTruthy()
    expect(await accessibilityFaults()).toEqual([])
    await userEvent.keyboard('{Escape}')
    await expect.poll(() => page.find('dialog')).toBeNull()
    expect(page.slot()).toContain('Take a photo')
  })
})

it('keeps what is under way for its user alone, and drops what others have left on the device', async () => {
  const file = new Blob(['picture'])
  await keepUpload({ key: 'a:b:pan:front', user: 'a:b', file, at: Date.now(), uploadId: 'upl_1' })
  await keepUpload({ key: 'a:b:aadhaar:back', user: 'a:b', file, at: Date.now() - 2 * 86_400_000 })
  expect(await recallUploads('a:b')).toMatchObject([{ key: 'a:b:pan:front', uploadId: 'upl_1' }])
  expect(await recallUploads('a')).toEqual([])
  expect(await recallUploads('a:b')).toEqual([])
})

describe('the camera', () => {
  it('that may not be used says so, and leaves a file to be chosen', async () => {
    const camera = vi.spyOn(navigator.mediaDevices, 'getUserMedia')
    camera.mockRejectedValueOnce(new DOMException('no', 'NotAllowedError'))
    const page = show()
    await expect.poll(() => page.find("[part='take']")).toBeTruthy()
    await page.press('take')
    await expect.poll(() => page.slot()).toContain('No camera here. Choose a file.')
    camera.mockRestore()
  })

  it('is let go when the page goes on without it, and gives the focus back when it is left', async () => {
    const camera = vi.spyOn(navigator.mediaDevices, 'getUserMedia')
    const page = show()
    await expect.poll(() => page.find("[part='take']")).toBeTruthy()
    await page.press('take')
    await expect.poll(() => page.find('dialog video')).toBeTruthy()
    await userEvent.click(page.find('dialog .plain')!)
    await expect.poll(() => page.find('dialog')).toBeNull()
    expect(page.element?.shadowRoot?.activeElement?.getAttribute('part')).toBe('take')
    await page.press('take')
    await expect.poll(() => page.find('dialog video')).toBeTruthy()
    const streams = await Promise.all(camera.mock.results.map(({ value }) => value as Promise<MediaStream>))
    page.main.replaceChildren()
    await expect.poll(() => streams.flatMap((one) => one.getTracks()).map(({ readyState }) => readyState)).toEqual(['ended', 'ended'])
    camera.mockRestore()
  })
})

describe('the standing', () => {
  it('of the user before is not shown to the next one', async () => {
    let answer = Promise.resolve<typeof standing>({ ...standing, status: 'verified', canSubmit: false })
    const page = show({ kyc: () => answer })
    await expect.poll(() => page.text("[part='status']")).toBe('Verified')
    answer = new Promise(() => {})
    page.client.open({ userId: 'ravi' })
    await expect.poll(() => page.text("[part='status']")).toBe('')
  })

  it('is not put back by an answer that comes late', async () => {
    let answer = Promise.resolve<typeof standing>({ ...standing, status: 'pending', canSubmit: false })
    const page = show({ kyc: () => answer })
    await expect.poll(() => page.text("[part='status']")).toBe('Pending')
    let tell = (_: typeof standing): void => undefined
    answer = new Promise((resolve) => (tell = resolve))
    page.client.open()
    const verified = { ...standing, status: 'verified', canSubmit: false, expiresAt: '2027-01-01T00:00:00Z' } as const
    answer = Promise.resolve<typeof standing>(verified)
    page.client.emit('kyc.updated', verified)
    await expect.poll(() => page.text("[part='standing']")).toContain('2027')
    tell({ ...standing, status: 'pending', canSubmit: false })
    // What follows from an answer has followed by the next turn.
    await new Promise((resolve) => setTimeout(resolve))
    expect(page.text("[part='status']")).toBe('Verified')
  })

  it('of a rejected user says why, in words to act on, and lets them try again', async () => {
    const page = show({
      kyc: {
        status: 'rejected',
        reasons: ['name_mismatch', 'unreadable'],
        note: 'Back side missing',
        attemptsLeft: 2,
        submissionId: 'kyc_1',
      },
    })
    await expect.poll(() => page.text("[part='status']")).toBe('Rejected')
    expect(page.text("[part='standing']")).toContain('The name differs from the one on record.')
    expect(page.text("[part='standing']")).toContain('The pictures could not be read.')
    expect(page.text("[part='standing']")).toContain('Back side missing')
    expect(page.text("[part='advice']")).toBe('Check again below. 2 tries left.')
    expect(page.find("[part='submit']")).toBeTruthy()
  })

  it('of a rejected user who may not try yet says when', async () => {
    const page = show({
      kyc: { status: 'rejected', reasons: ['under_age'], canSubmit: false, retryAt: '2026-12-01T00:00:00Z', submissionId: 'kyc_1' },
    })
    await expect
      .poll(() => page.text("[part='advice']"))
      .toBe('You can try again from 1 December 2026.'.replace('1 December', 'December 1,'))
    expect(page.find("[part='submit']")).toBeNull()
  })

  it('changes live, and the page around hears of it', async () => {
    let now = {
      ...standing,
      status: 'pending',
      submissionId: 'kyc_1',
      updatedAt: '2026-11-23T10:00:00Z',
      canSubmit: false,
    } as typeof standing
    const page = show({ kyc: () => Promise.resolve(now) })
    const heard: string[] = []
    page.main.addEventListener('ihc-kyc-changed', ({ detail }) => heard.push(detail.standing.status))
    await expect.poll(() => page.text("[part='status']")).toBe('Pending')
    now = { ...now, status: 'verified', updatedAt: '2026-11-23T10:05:00Z' }
    page.client.emit('kyc.updated', now)
    await expect.poll(() => page.text("[part='status']")).toBe('Verified')
    expect(heard).toEqual(['verified'])
  })

  it('that cannot be read can be asked for again', async () => {
    let fail = true
    const page = show({ kyc: () => (fail ? Promise.reject(problem('unavailable', 503)) : Promise.resolve(standing)) })
    await expect.poll(() => page.text("[part='note']")).toBe('It could not be loaded.')
    fail = false
    await page.press('retry')
    await expect.poll(() => page.text("[part='status']")).toBe('Not started')
  })
})

describe('in a form', () => {
  it('is a field that holds the submission, and is required until there is one', async () => {
    const content = html`<form><ihc-kyc-uploader name="kyc" required></ihc-kyc-uploader></form>`
    const open = show({}, 'en', content)
    await expect.poll(() => open.text("[part='status']")).toBe('Not started')
    expect(open.main.querySelector('form')?.checkValidity()).toBe(false)
    const done = show({ kyc: { status: 'pending', submissionId: 'kyc_9', canSubmit: false } }, 'en', content)
    await expect.poll(() => done.text("[part='status']")).toBe('Pending')
    const form = done.main.querySelector('form')
    expect([form?.checkValidity(), form && new FormData(form).get('kyc')]).toEqual([true, 'kyc_9'])
  })
})

describe('for everybody', () => {
  it.each([
    ['before consent', { consented: false }],
    ['with its form', {}],
    ['rejected', { kyc: { status: 'rejected', reasons: ['name_mismatch'] } }],
    ['verified', { kyc: { status: 'verified', canSubmit: false, expiresAt: '2027-01-01T00:00:00Z' } }],
  ] as const)('has no fault of accessibility %s, and fits 320 pixels', async (_, script) => {
    const page = show(script as Script, 'en', html`<div style="width: 320px"><ihc-kyc-uploader></ihc-kyc-uploader></div>`)
    await expect.poll(() => page.text("[part='status']")).not.toBe('')
    expect(await accessibilityFaults()).toEqual([])
    const box = page.main.querySelector('div')
    expect(box?.scrollWidth).toBeLessThanOrEqual(320)
  })
})

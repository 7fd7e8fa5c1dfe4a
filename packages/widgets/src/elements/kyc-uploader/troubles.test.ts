import { ConnectError } from '@impacthub/sdk'
import { html } from 'lit'
import { userEvent } from 'vitest/browser'
import { beforeEach, describe, expect, it } from 'vitest'
import { cardPicture } from '../../testing/card-picture.ts'
import { problem } from '../../testing/scripted-client.ts'
import { details, forgetUploads, showUploader as show } from '../../testing/show-uploader.ts'
import { keepUpload } from './kept-uploads.ts'
import './kyc-uploader.define.ts'

beforeEach(forgetUploads)

const pdf = () => new Blob([new Uint8Array(1_000)], { type: 'application/pdf' })
const aadhaar = html`<ihc-kyc-uploader type="aadhaar"></ihc-kyc-uploader>`

/** What a page finds on the device, or has left there. */
const onDevice = <Result>(work: (store: IDBObjectStore) => IDBRequest<Result>) =>
  new Promise<Result>((resolve) => {
    const opening = indexedDB.open('ihc-kyc', 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore('ihc-kyc')
    opening.onsuccess = () => {
      const asking = work(opening.result.transaction('ihc-kyc', 'readwrite').objectStore('ihc-kyc'))
      asking.onsuccess = () => {
        opening.result.close()
        resolve(asking.result)
      }
    }
  })
const keptKeys = () => onDevice((store) => store.getAllKeys())

describe('a PDF', () => {
  it('counts for both sides, and asks for no picture of the back', async () => {
    const page = show({}, 'en', aadhaar)
    await page.choose(pdf(), 0, 'eaadhaar.pdf')
    await expect.poll(() => page.slot()).toContain('Sent')
    await expect.poll(() => page.element?.shadowRoot?.querySelectorAll("[part='slot']").length).toBe(1)
    await page.fill({ ...details, number: '234567890124' })
    await page.press('submit')
    await expect.poll(() => page.client.kycBook.asked.at(-1)).toBe('submit aadhaar doc_1')
  })

  it('that was chosen for the back leaves the front to be sent', async () => {
    const page = show({}, 'en', aadhaar)
    await page.choose(pdf(), 1, 'eaadhaar.pdf')
    await expect.poll(() => page.slot(1)).toContain('Sent')
    expect(page.slot()).toContain('Front')
    await page.choose(pdf(), 0, 'eaadhaar.pdf')
    await expect.poll(() => page.slot()).toContain('Sent')
    await page.fill({ ...details, number: '234567890124' })
    await page.press('submit')
    await expect.poll(() => page.client.kycBook.asked.at(-1)).toBe('submit aadhaar doc_2,doc_1')
  })

  it('that a password does not open says so, other than one that needs its first', async () => {
    const page = show({
      onFinish: (password) => {
        throw new ConnectError(password ? 'pdf_password_wrong' : 'pdf_password_required', 'locked', { status: 400 })
      },
    })
    await page.choose(pdf(), 0, 'eaadhaar.pdf')
    await expect.poll(() => page.slot()).toContain('This PDF is locked. Type its password.')
    await page.fill({ password: 'wrong' })
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.slot()).toContain('This password is wrong.')
  })
})

describe('pictures that nobody goes on with', () => {
  it('are dropped at the platform too, when somebody stops sending one', async () => {
    const page = show({ onPiece: (offset) => (offset > 0 ? new Promise(() => {}) : undefined) })
    await page.choose(await cardPicture({ width: 3_000, height: 2_250 }))
    await expect.poll(() => [...page.client.kycBook.uploads.values()][0]?.received).toBeGreaterThan(0)
    await page.press('stop')
    await expect.poll(() => page.client.kycBook.asked).toEqual(['begin pan front', 'cancel upl_1'])
    await expect.poll(keptKeys).toEqual([])
  })

  it('are dropped with the next load, also where no form is opened', async () => {
    const file = await cardPicture()
    await keepUpload({ key: 'asha:pan:front', user: 'asha', file, at: Date.now() })
    await keepUpload({ key: 'ravi:aadhaar:back', user: 'ravi', file, at: Date.now() })
    const page = show({ kyc: { status: 'pending', submissionId: 'kyc_1', canSubmit: false } })
    await expect.poll(() => page.text("[part='status']")).toBe('Pending')
    await expect.poll(keptKeys).toEqual([])
  })

  it('are dropped while somebody has not agreed yet, but for their own', async () => {
    const file = await cardPicture()
    await keepUpload({ key: 'asha:pan:front', user: 'asha', file, at: Date.now() })
    await keepUpload({ key: 'asha:aadhaar:back', user: 'asha', file, at: Date.now() - 2 * 86_400_000 })
    await keepUpload({ key: 'ravi:aadhaar:back', user: 'ravi', file, at: Date.now() })
    const page = show({ consented: false })
    await expect.poll(() => page.find("[part='notice']")).toBeTruthy()
    await expect.poll(keptKeys).toEqual(['asha:pan:front'])
  })

  it('are dropped when an earlier version left them, which did not write down whose they were', async () => {
    const file = await cardPicture()
    await onDevice((store) => store.put({ file, at: Date.now(), uploadId: 'upl_1' }, 'ravi:aadhaar:back'))
    const page = show({ consented: false })
    await expect.poll(() => page.find("[part='notice']")).toBeTruthy()
    await expect.poll(keptKeys).toEqual([])
  })
})

it('says why somebody could not agree, and lets them try again', async () => {
  let lost = true
  const page = show({
    consented: false,
    onConsent: () => {
      if (lost) throw problem('network_error')
    },
  })
  await expect.poll(() => page.find("input[name='agreed']")).toBeTruthy()
  await userEvent.click(page.find("input[name='agreed']")!)
  await page.press('agree')
  await expect.poll(() => page.text("[part='fault']")).toBe('No connection. Try again.')
  lost = false
  await page.press('agree')
  await expect.poll(() => page.find("[part='details']")).toBeTruthy()
  expect(page.text("[part='fault']")).toBe('')
})

it('is where the browser puts the focus, when a form is sent without it', async () => {
  const page = show({}, 'en', html`<form><ihc-kyc-uploader name="kyc" required></ihc-kyc-uploader></form>`)
  await expect.poll(() => page.find("[part='types'] input")).toBeTruthy()
  page.main.querySelector('form')?.requestSubmit()
  await expect.poll(() => page.element?.shadowRoot?.activeElement?.getAttribute('name')).toBe('type')
})

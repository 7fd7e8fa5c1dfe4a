import { html } from 'lit'
import { userEvent } from 'vitest/browser'
import { expect } from 'vitest'
import { mount, part, words } from './mount.ts'
import type { Script } from './scripted-client.ts'

/** Nothing that an earlier page had begun. */
export const forgetUploads = () =>
  new Promise((resolve) => {
    const request = indexedDB.deleteDatabase('ihc-kyc')
    request.onsuccess = request.onerror = request.onblocked = resolve
  })

/** What a document says, as somebody types it. */
export const details = { number: 'AAAPZ1234C', name: 'Asha Rao', dateOfBirth: '1990-04-12' }

/** An identity check on a page, and what somebody does with it. */
export function showUploader(script: Script = {}, language = 'en', content = html`<ihc-kyc-uploader></ihc-kyc-uploader>`) {
  const page = mount(content, script, language)
  page.client.open()
  const element = page.main.querySelector('ihc-kyc-uploader')
  const find = (selector: string) => element?.shadowRoot?.querySelector<HTMLElement>(selector)
  const text = (selector: string) => words(find(selector))
  const slot = (n = 0) => words(element?.shadowRoot?.querySelectorAll("[part='slot']")[n])
  const choose = async (blob: Blob, n = 0, name = 'card.jpg') => {
    await expect.poll(() => element?.shadowRoot?.querySelectorAll("[part='slot'] input[type=file]")[n]).toBeTruthy()
    const input = element?.shadowRoot?.querySelectorAll<HTMLInputElement>("[part='slot'] input[type=file]")[n]
    const data = new DataTransfer()
    data.items.add(new File([blob], name, { type: blob.type }))
    if (!input) throw new Error('no place for a file')
    input.files = data.files
    input.dispatchEvent(new Event('change'))
  }
  const fill = async (values: Record<string, string>) => {
    for (const [name, value] of Object.entries(values)) {
      const input = find(`input[name='${name}']`)
      if (!(input instanceof HTMLInputElement)) throw new Error(`no field ${name}`)
      await userEvent.fill(input, value)
    }
  }
  const press = (name: string) => userEvent.click(part(element, name))
  return { ...page, element, find, text, slot, choose, fill, press }
}

import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import { cardPicture } from '../../testing/card-picture.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { eventually, says, stage, type Scene } from '../../testing/stage.ts'
import './kyc-uploader.define.ts'

const element = html`<ihc-kyc-uploader type="aadhaar"></ihc-kyc-uploader>`
const story = (scene: Scene, text: string): StoryObj => ({
  render: () => stage(element, scene),
  play: ({ canvasElement }) => says(canvasElement, text),
})

/** A story of a picture: it is chosen as a file, then the words are waited for. */
const picture = (scene: Scene, make: () => Promise<Blob>, text: string): StoryObj => ({
  render: () => stage(element, scene),
  play: async ({ canvasElement }) => {
    const place = await eventually(
      () => canvasElement.querySelector('ihc-kyc-uploader')?.shadowRoot?.querySelector<HTMLInputElement>('input[type=file]'),
      'a place for a file',
    )
    const blob = await make()
    const data = new DataTransfer()
    data.items.add(new File([blob], 'card.jpg', { type: blob.type }))
    place.files = data.files
    place.dispatchEvent(new Event('change'))
    await says(canvasElement, text)
  },
})

const meta: Meta = { title: 'Identity check', component: 'ihc-kyc-uploader' }
export default meta

export const Skeleton = story({ unopened: true, kyc: never }, 'Loading…')
export const Consent = story({ consented: false }, 'Agree and go on')
export const Form = story({}, 'Which document do you have?')
export const FormInHindi = story({ language: 'hi' }, 'पहचान')
export const TooDark = picture({}, () => cardPicture({ light: 0.3 }), 'Too dark.')
export const Sending = picture({ onPiece: never }, () => cardPicture(), 'Sending:')
export const NoConnection = picture({ onPiece: () => Promise.reject(problem('network_error')) }, () => cardPicture(), 'goes on by itself')
export const Sent = picture({}, () => cardPicture(), 'Sent')
export const Unreadable = picture({}, () => Promise.resolve(new Blob(['x'], { type: 'image/jpeg' })), 'cannot be read')
export const Pending = story({ kyc: { status: 'pending', canSubmit: false, submissionId: 'kyc_1' } }, 'We check your document')
export const Verified = story({ kyc: { status: 'verified', canSubmit: false, expiresAt: '2027-11-23T00:00:00Z' } }, 'verified until')
export const Rejected = story({ kyc: { status: 'rejected', reasons: ['name_mismatch', 'unreadable'], attemptsLeft: 2 } }, 'tries left')
export const Failed = story({ unopened: true, kyc: () => Promise.reject(problem('unavailable', 503)) }, 'could not be loaded')

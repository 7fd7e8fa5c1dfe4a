import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html, type TemplateResult } from 'lit'
import { pastCalls } from '../testing/history-samples.ts'
import { raviIs, running, wallet } from '../testing/samples.ts'
import { says, stage, type Scene } from '../testing/stage.ts'
import '../define.ts'
import { loadCatalogue } from './catalogue.ts'

const scene: Scene = {
  calls: [running],
  history: pastCalls.slice(0, 5),
  presence: raviIs('online'),
  wallet: { balance: 1_125, buckets: { ...wallet.buckets, held: 120 } },
  then: (client) => {
    client.emit('call.warning', { callId: running.id, elapsedSeconds: 705, chargedCoins: 120, secondsLeft: 15 })
  },
}

const panelAndWallet = html`<ihc-call-panel></ihc-call-panel><br /><ihc-wallet></ihc-wallet>`

const speaking = (language: string, content: TemplateResult = panelAndWallet): StoryObj => ({
  render: () => stage(content, { ...scene, language }),
  play: async ({ canvasElement }) => {
    const { callPanel, wallet } = (await loadCatalogue(language)) ?? {}
    for (const text of [callPanel?.timeLeft, wallet?.history, 'Meera Iyer']) await says(canvasElement, text ?? '–')
  },
})

const meta: Meta = { title: 'Languages' }
export default meta

export const Bengali = speaking('bn')
export const Telugu = speaking('te')
export const Marathi = speaking('mr')
export const Tamil = speaking('ta')
export const Gujarati = speaking('gu')
export const Kannada = speaking('kn')
export const Malayalam = speaking('ml')
export const Punjabi = speaking('pa')
export const Urdu = speaking(
  'ur',
  html`<ihc-presence user-id="ravi"></ihc-presence>
    <ihc-call-button callee-id="ravi"></ihc-call-button> ${panelAndWallet}<br /><ihc-topup></ihc-topup><br /><ihc-withdraw></ihc-withdraw
    ><br /><ihc-kyc-uploader></ihc-kyc-uploader><br />
    <ihc-referral></ihc-referral><br /><ihc-call-history></ihc-call-history>`,
)
/** A page that runs from right to left, and elements that do not. */
export const EnglishInAnUrduPage: StoryObj = {
  ...speaking('en'),
  render: () => html`<div dir="rtl" lang="ur">${stage(panelAndWallet, { ...scene, language: 'en-IN' })}</div>`,
  play: ({ canvasElement }) => says(canvasElement, 'Time left'),
}

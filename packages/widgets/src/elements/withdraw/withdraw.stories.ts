import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import { never, problem } from '../../testing/scripted-client.ts'
import { withdrawal } from '../../testing/scripted-withdrawals.ts'
import { says, stage, type Scene } from '../../testing/stage.ts'
import './withdraw.define.ts'

const story = (scene: Scene, text: string): StoryObj => ({
  render: () => stage(html`<ihc-withdraw></ihc-withdraw>`, scene),
  play: ({ canvasElement }) => says(canvasElement, text),
})

const meta: Meta = { title: 'Withdraw', component: 'ihc-withdraw' }
export default meta

export const Skeleton = story({ unopened: true, terms: never }, 'Loading what you can withdraw…')
export const Form = story({}, 'Where the money goes')
export const FormInHindi = story({ language: 'hi' }, 'पैसे')
export const KnownAccounts = story({ terms: { payees: [withdrawal.payee], coolingHours: 24 } }, 'as…@okbank')
export const IdentityFirst = story({ terms: { obstacle: 'kyc_required' } }, 'has to be verified')
export const TooFewCoins = story({ terms: { obstacle: 'insufficient_balance', withdrawable: 3, maxCoins: 0 } }, 'at least 10')
export const Earlier = story(
  {
    withdrawals: [
      { ...withdrawal, id: 'wdr_3' },
      { ...withdrawal, id: 'wdr_2', status: 'processing', waitingFor: 'bank', sentAt: '2026-11-22T10:00:00Z' },
      { ...withdrawal, status: 'paid', waitingFor: null, bankReference: '632918274651', paidAt: '2026-11-21T10:00:00Z' },
      { ...withdrawal, id: 'wdr_0', status: 'failed', waitingFor: null, reason: 'payee_name_mismatch', endedAt: '2026-11-20T10:00:00Z' },
    ],
  },
  'Your withdrawals',
)
export const Failed = story({ unopened: true, terms: () => Promise.reject(problem('unavailable', 503)) }, 'could not be loaded')

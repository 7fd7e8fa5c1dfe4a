import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import { asha, ended, initiated, ravi, ringing, running, settled, unanswered } from '../../testing/samples.ts'
import type { ScriptedClient } from '../../testing/scripted-client.ts'
import { says, stage, type Scene } from '../../testing/stage.ts'
import './call-panel.define.ts'

const story = (scene: Scene, text: string): StoryObj => ({
  render: () => stage(html`<ihc-call-panel></ihc-call-panel>`, scene),
  play: ({ canvasElement }) => says(canvasElement, text),
})
const left = (secondsLeft: number) => (client: ScriptedClient) => {
  client.emit('call.warning', { callId: running.id, elapsedSeconds: 720 - secondsLeft, chargedCoins: 120, secondsLeft })
}
const later = (call: typeof running) => (client: ScriptedClient) => client.emit('call.updated', call)

const meta: Meta = { title: 'Call panel', component: 'ihc-call-panel' }
export default meta

export const Skeleton = story({ unopened: true }, 'Looking for your call…')
export const Idle = story({}, 'No call right now')
export const Connecting = story({ calls: [initiated] }, 'Your phone will ring')
export const Ringing = story({ calls: [ringing] }, 'Ringing Ravi Kumar')
export const Incoming = story({ me: ravi, calls: [ringing] }, 'Your phone is ringing')
export const InCall = story({ calls: [running] }, 'Coins so far')
export const InCallCallee = story({ me: ravi, calls: [running] }, 'Caller has paid')
export const Warning60 = story({ calls: [running], then: left(60) }, 'Less than 60 seconds')
export const Warning15 = story({ calls: [running], then: left(15) }, 'Less than 15 seconds')
export const NoConnection = story({ calls: [running], then: (client) => client.connection('offline') }, 'Connection lost')
export const Ended = story({ calls: [running], then: later(ended) }, 'Being settled…')
export const Settled = story({ calls: [running], then: later(settled) }, 'Coins deducted')
export const SettledCallee = story({ me: ravi, calls: [running], then: later(settled) }, 'Coins earned')
export const OutOfCoins = story(
  { calls: [running], then: later({ ...settled, endReason: 'balance_exhausted' }) },
  'The coins were used up.',
)
export const NoAnswer = story({ calls: [ringing], then: later(unanswered) }, 'No coins were deducted.')
export const LongNames = story(
  {
    calls: [
      {
        ...running,
        callerId: asha,
        calleeName: 'Venkatanarasimharajuvaripeta Lakshmi Subramaniam-Chattopadhyay of Thiruvananthapuram',
        chargedCoins: 1_234_560,
      },
    ],
  },
  'Venkatanarasimharajuvaripeta',
)
export const Hindi = story({ calls: [running], language: 'hi', then: left(60) }, 'उसके बाद कॉल')
export const HindiSettled = story({ calls: [running], language: 'hi', then: later(settled) }, 'कटे कॉइन')
export const Dark: StoryObj = { ...Warning60, globals: { scheme: 'dark' } }
export const SettledDark: StoryObj = { ...Settled, globals: { scheme: 'dark' } }

import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import { ratingOf } from '../../testing/history-samples.ts'
import {
  asha,
  browserAccepted,
  browserRinging,
  browserRunning,
  ended,
  initiated,
  ravi,
  ringing,
  running,
  settled,
  unanswered,
} from '../../testing/samples.ts'
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

const lostByThem = {
  channel: 'browser',
  endReason: 'callee_hangup',
  hangupCauses: { caller: 'completed', callee: 'lost' },
} as const

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
const justNow = { ...settled, endedAt: new Date().toISOString() }
export const Rating = story({ calls: [running], history: [justNow], then: later(justNow) }, 'Paid from: 30 bonus, 100 bought')
export const RatingCallee = story({ me: ravi, calls: [running], history: [justNow], then: later(justNow) }, 'Rate this call')
export const Rated = story({ calls: [running], history: [justNow], ratings: [ratingOf(5)], then: later(justNow) }, 'You gave 5 stars.')
export const RatingDark: StoryObj = { ...Rating, globals: { scheme: 'dark' } }
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
const inTab = (media: NonNullable<Scene['media']>, text: string, scene: Scene = {}) =>
  story({ calls: [browserRunning], media, ...scene }, text)
const ringsHere: Scene = { me: ravi, calls: [browserRinging] }

export const BrowserIncoming = story(ringsHere, 'Asha Menon is calling you.')
export const BrowserAsking = inTab({ carries: false, state: 'asking' }, 'Allow the microphone', ringsHere)
export const BrowserRefused = inTab(
  { carries: false, state: 'failed', problem: 'microphone_refused' },
  'The microphone is blocked here.',
  ringsHere,
)
export const BrowserNoMicrophone = inTab({ carries: false, state: 'failed', problem: 'no_microphone' }, 'No microphone', ringsHere)
export const BrowserMicrophoneBusy = inTab({ carries: false, state: 'failed', problem: 'microphone_busy' }, 'Another app', ringsHere)
export const BrowserInsecure = inTab({ carries: false, state: 'failed', problem: 'insecure_page' }, 'https://', ringsHere)
export const BrowserNotSupported = inTab({ carries: false, state: 'failed', problem: 'not_supported' }, 'This browser cannot', ringsHere)
export const BrowserRinging = inTab({ state: 'connecting' }, 'Ringing Ravi Kumar…', { calls: [browserRinging] })
export const BrowserConnecting = inTab({ state: 'connecting' }, 'Connecting the sound…', { calls: [browserAccepted] })
export const BrowserInCall = inTab({}, 'Mute')
export const BrowserMuted = inTab({ muted: true }, 'Your microphone is off.')
export const BrowserReconnecting = inTab({ state: 'interrupted' }, 'Reconnecting…')
export const BrowserAutoplay = inTab({ problem: 'autoplay_blocked' }, 'Tap to hear')
export const BrowserUnplugged = inTab({ problem: 'no_microphone' }, 'Try again')
export const BrowserElsewhere = story({ calls: [browserRunning] }, 'This call is on another tab or device.')
export const BrowserJoin = story({ calls: [{ ...browserRinging, peers: { caller: null, callee: null } }] }, 'is ready.')
export const BrowserNotStarted = inTab(
  { callId: undefined, calleeId: ravi, carries: false, state: 'failed', problem: 'microphone_refused' },
  'The call has not started',
  { calls: [] },
)
export const BrowserNoSound = story(
  {
    calls: [browserAccepted],
    then: later({ ...browserAccepted, status: 'failed', endReason: 'provider_error', settled: true, endedAt: '2026-01-05T10:00:30Z' }),
  },
  'The sound could not be connected.',
)
export const BrowserLost = story({ calls: [browserRunning], then: later({ ...settled, ...lostByThem }) }, 'Ravi Kumar lost the connection.')
export const PhoneOnly = story({ calls: [{ ...running, canEnd: false }] }, 'hang up your phone')
export const BrowserIncomingHindi = story({ ...ringsHere, language: 'hi' }, 'आपको कॉल कर रहे हैं')
export const BrowserIncomingDark: StoryObj = { ...BrowserIncoming, globals: { scheme: 'dark' } }
export const BrowserRefusedDark: StoryObj = { ...BrowserRefused, globals: { scheme: 'dark' } }
export const Dark: StoryObj = { ...Warning60, globals: { scheme: 'dark' } }
export const SettledDark: StoryObj = { ...Settled, globals: { scheme: 'dark' } }

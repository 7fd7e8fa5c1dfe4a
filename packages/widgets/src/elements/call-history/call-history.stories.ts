import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import {
  disputeOf,
  earnedCall,
  missedCall,
  noAnswer,
  paidCall,
  pastCall,
  pastCalls,
  ratingOf,
  refundOf,
  unsettled,
} from '../../testing/history-samples.ts'
import { raviIs, running } from '../../testing/samples.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { eventually, says, stage, type Scene } from '../../testing/stage.ts'
import './call-history.define.ts'

const element = html`<ihc-call-history></ihc-call-history>`
const story = (scene: Scene, text: string): StoryObj => ({
  render: () => stage(element, scene),
  play: ({ canvasElement }) => says(canvasElement, text),
})

/** Presses the first thing that this finds inside the element, once it is there. */
const press = async (canvas: Element, selector: string) => {
  const found = await eventually(() => canvas.querySelector('ihc-call-history')?.shadowRoot?.querySelector(selector), selector)
  if (found instanceof HTMLElement) found.click()
}

/** A story of an open row: presses one thing after the other, then waits for the words. */
const opened = (scene: Scene, text: string, ...selectors: string[]): StoryObj => ({
  render: () => stage(element, scene),
  play: async ({ canvasElement }) => {
    for (const selector of ["[part='row']", ...selectors]) await press(canvasElement, selector)
    await says(canvasElement, text)
  },
})

const meta: Meta = { title: 'Call history', component: 'ihc-call-history' }
export default meta

export const Skeleton = story({ unopened: true, beforeHistory: never }, 'Loading your calls…')
export const Full = story({}, 'Missed call')
export const Unseen = story({ missed: { unseen: 1, seenAt: null }, seeMissed: never }, '1 missed')
export const Empty = story({ history: [] }, 'No calls yet.')
export const Failed = story({ unopened: true, beforeHistory: () => Promise.reject(problem('unavailable', 503)) }, 'could not be loaded')
export const NoConnection = story({ then: (client) => setTimeout(() => client.connection('offline'), 50) }, 'You see the last known state')
export const CallGoesOn = story({ history: [{ ...running, id: 'call_02' }, ...pastCalls] }, 'In call now')
export const Settling = story({ history: [unsettled, ...pastCalls.slice(1)] }, 'Being settled')
export const Receipt = opened({ history: [paidCall, ...pastCalls] }, '30 bonus, 100 bought')
export const ReceiptOfCallee = opened({ history: [earnedCall] }, 'The coins were used up')
export const ReceiptOfMissed = opened({ history: [missedCall] }, 'Nobody answered')
export const ReceiptNotSettled = opened({ history: [unsettled] }, 'Not settled yet')
export const ReportLedToRefund = opened(
  {
    history: [paidCall],
    receipt: () => Promise.resolve({ dispute: { ...disputeOf(paidCall.id, 'bad_sound'), status: 'refunded', refundedCoins: 50 } }),
  },
  'Your report led to 50 coins',
)
export const ReceiptRefunded = opened(
  { history: [{ ...paidCall, refundedCoins: 50 }], receipt: () => Promise.resolve({ adjustments: [refundOf(50)] }) },
  '50 coins were given back',
)
export const ReceiptFailed = opened(
  { history: [paidCall], receipt: () => Promise.reject(problem('unavailable', 503)) },
  'The receipt could not be loaded',
)
export const Rating = opened({ history: [paidCall] }, 'Bad sound', "input[type='radio']")
export const Rated = opened({ history: [paidCall], ratings: [ratingOf(4, ['helpful'])] }, 'You gave 4 stars.')
export const RatingRefused = opened(
  { history: [paidCall], rate: () => Promise.reject(problem('conflict', 409)) },
  'The rating was not sent.',
  "input[type='radio']",
  "[part='rate']",
)
export const Reporting = opened({ history: [paidCall] }, 'What went wrong?', "[part='report']")
export const Reported = opened(
  { history: [paidCall], dispute: ({ callId, reason }) => Promise.resolve(disputeOf(callId, reason)) },
  'It is being looked into.',
  "[part='report']",
  '.choice input',
  "[part='send-report']",
)
export const UnderReview = story({ history: [{ ...paidCall, disputed: true }] }, 'Under review')
export const CalleeBusy: StoryObj = {
  render: () =>
    stage(element, { presence: raviIs('busy'), history: [noAnswer], create: () => Promise.reject(problem('callee_busy', 409)) }),
  play: async ({ canvasElement }) => {
    await press(canvasElement, "[part='call-back']")
    await says(canvasElement, 'They are in another call')
  },
}
export const LongNames = story(
  {
    history: [
      pastCall(1, {
        calleeName: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter '.repeat(2),
        chargedCoins: 12_345_678,
      }),
      pastCall(2, { calleeName: '' }),
    ],
  },
  '12,345,678',
)
export const Hindi = opened({ language: 'hi', history: [paidCall, missedCall] }, '30 बोनस', "input[type='radio']")
export const Dark: StoryObj = { ...Unseen, globals: { scheme: 'dark' } }
export const ReceiptDark: StoryObj = { ...Rating, globals: { scheme: 'dark' } }
export const ReportingDark: StoryObj = { ...Reporting, globals: { scheme: 'dark' } }

import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import { placeAt, ravi, raviIs, ringing, running } from '../../testing/samples.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { eventually, says, stage, type Scene } from '../../testing/stage.ts'
import './call-button.define.ts'

const button = html`<ihc-call-button callee-id=${ravi}></ihc-call-button>`
const online = raviIs('online')
const press = async (canvas: Element) => {
  await eventually(
    () => canvas.querySelector('ihc-call-button')?.shadowRoot?.querySelector("[aria-disabled='false']"),
    'an enabled button',
  ).then((found) => {
    if (found instanceof HTMLElement) found.click()
  })
}

const story = (scene: Scene, text: string): StoryObj => ({
  render: () => stage(button, { presence: online, ...scene }),
  play: ({ canvasElement }) => says(canvasElement, text),
})

const meta: Meta = { title: 'Call button', component: 'ihc-call-button' }
export default meta

export const Skeleton = story({ unopened: true }, 'Call')
export const Online = story({}, '10 coins per minute')
export const OwnPrice = story({ presence: raviIs('online', { coins: 25, seconds: 60 }) }, '25 coins per minute')
export const Busy = story({ presence: raviIs('busy') }, 'In another call')
export const Offline = story({ presence: raviIs('offline') }, 'Not available now')
const waitingAt = (position: number) => ({ list: () => Promise.resolve({ data: [placeAt(position)], nextCursor: null }) })
export const TellMeWhenFree = story({ presence: raviIs('busy') }, 'Tell me when free')
export const SecondInLine = story({ presence: raviIs('busy'), waiting: waitingAt(2) }, 'You are 2nd in line')
export const WaitRefused: StoryObj = {
  ...story({ presence: raviIs('offline'), waiting: { join: () => Promise.reject(problem('callee_blocked', 409)) } }, ''),
  play: async ({ canvasElement }) => {
    const find = () => canvasElement.querySelector('ihc-call-button')?.shadowRoot?.querySelector<HTMLElement>("[part='wait']")
    const wait = await eventually(find, 'the wait button')
    wait.click()
    await says(canvasElement, 'You cannot call this person')
  },
}
const inTurn = () => ({
  list: () => Promise.resolve({ data: [placeAt(1, new Date(Date.now() + 24_000).toISOString())], nextCursor: null }),
})
export const FreeNow = story({ waiting: inTurn() }, 'Free now – Call')
export const FreeNowDark: StoryObj = { ...FreeNow, globals: { scheme: 'dark' } }
export const WaitingInHindi = story({ language: 'hi', presence: raviIs('busy'), waiting: waitingAt(2) }, 'कतार में आपकी जगह: 2')
export const Asking: StoryObj = {
  ...story({ create: never }, ''),
  play: async ({ canvasElement }) => {
    await press(canvasElement)
    await says(canvasElement, 'Calling…')
  },
}
export const Ringing = story({ calls: [ringing] }, 'Ringing')
export const InCall = story({ calls: [running] }, 'End call')
export const InAnotherCall = story({ calls: [{ ...running, calleeId: 'meera' }] }, 'You are in a call')
export const NotEnoughCoins: StoryObj = {
  ...story({ create: () => Promise.reject(problem('insufficient_balance', 402)) }, ''),
  play: async ({ canvasElement }) => {
    await press(canvasElement)
    await says(canvasElement, 'Not enough coins')
  },
}
export const NoConnection = story({ then: (client) => client.connection('offline') }, 'No connection')
export const InBrowser: StoryObj = {
  render: () =>
    stage(html`<ihc-call-button callee-id=${ravi} channel="browser">Talk in the browser</ihc-call-button>`, { presence: online }),
  play: ({ canvasElement }) => says(canvasElement, '10 coins per minute'),
}
export const PhoneOnly = story({ calls: [{ ...running, canEnd: false }] }, 'In call')
export const OwnWords: StoryObj = {
  render: () => stage(html`<ihc-call-button callee-id=${ravi} rate-coins="25">Talk to Ravi</ihc-call-button>`, { presence: online }),
  play: ({ canvasElement }) => says(canvasElement, '25 coins per minute'),
}
export const Hindi = story({ language: 'hi' }, 'कॉल करें')
export const Dark: StoryObj = { ...Online, globals: { scheme: 'dark' } }
export const InCallDark: StoryObj = { ...InCall, globals: { scheme: 'dark' } }

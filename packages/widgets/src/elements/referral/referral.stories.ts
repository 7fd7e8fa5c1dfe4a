import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import { newcomer, standing } from '../../testing/scripted-referral.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { eventually, says, stage, type Scene } from '../../testing/stage.ts'
import './referral.define.ts'

const story = (scene: Scene, text: string): StoryObj => ({
  render: () => {
    // Of what a story before this one has left behind.
    localStorage.removeItem('ihc.referral')
    document.cookie = 'ihc.referral=; Max-Age=0; Path=/'
    return stage(html`<ihc-referral></ihc-referral>`, scene)
  },
  play: ({ canvasElement }) => says(canvasElement, text),
})
const terms = standing.terms ?? undefined
const withTerms = (rest: Partial<NonNullable<typeof terms>>): Scene => ({ standing: { terms: terms ? { ...terms, ...rest } : null } })

const meta: Meta = { title: 'Referral', component: 'ihc-referral' }
export default meta

export const Skeleton = story({ unopened: true, standing: never }, 'Loading your invitation…')
export const Progress = story({}, 'Coins earned')
export const ProgressInHindi = story({ language: 'hi' }, 'दोस्तों को बुलाएँ')
export const AfterATopup = story(withTerms({ release: { after: 'topup', amount: 9_900, withinDays: 30 } }), '₹99 or more')
export const AfterACall = story(withTerms({ release: { after: 'call', minutes: 5, withinDays: 7 }, refereeCoins: 20 }), '5 minutes')
export const Newcomer = story({ standing: newcomer }, 'Has a friend given you a code?')
export const CameByALink: StoryObj = {
  ...story({ standing: newcomer }, 'A friend has invited you'),
  render: () => {
    localStorage.setItem('ihc.referral', `XYZ9876.${Date.now()}.told`)
    return stage(html`<ihc-referral></ihc-referral>`, { standing: newcomer })
  },
}
export const Rewarded = story(
  { standing: { ...newcomer, canRedeem: false, redemption: { id: 'ref_1', status: 'rewarded', coins: 50 } } },
  'brought you',
)
export const Pending = story(
  { standing: { ...newcomer, canRedeem: false, redemption: { id: 'ref_1', status: 'pending', coins: 50 } } },
  'on their way',
)
export const NotEligible: StoryObj = {
  ...story({ standing: newcomer, redeem: () => Promise.reject(problem('not_eligible', 403)) }, ''),
  play: async ({ canvasElement }) => {
    const root = canvasElement.querySelector('ihc-referral')?.shadowRoot
    const input = await eventually(() => root?.querySelector('input'), 'a field')
    input.value = 'XYZ9876'
    input.dispatchEvent(new Event('input'))
    root?.querySelector<HTMLElement>("[part='use']")?.click()
    await says(canvasElement, 'cannot be used for your account')
  },
}
export const NoProgramme = story({ standing: { terms: null, joined: 0 } }, 'bring no coins right now')
export const WithoutALink = story({ standing: { link: null } }, 'Your code')
export const Offline = story({ then: (client) => client.connection('offline') }, 'You see the last known state')
export const Failed = story({ unopened: true, standing: () => Promise.reject(problem('unavailable', 503)) }, 'could not be loaded')

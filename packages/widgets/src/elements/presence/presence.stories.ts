import type { Presence } from '@impacthub/sdk'
import type { Meta, StoryObj } from '@storybook/web-components-vite'
import { html } from 'lit'
import { ravi, raviIs } from '../../testing/samples.ts'
import { says, stage, type Scene } from '../../testing/stage.ts'
import './presence.define.ts'

const story = (status: Presence['status'] | undefined, text: string, scene: Scene = {}): StoryObj => ({
  render: () => stage(html`<ihc-presence user-id=${ravi}></ihc-presence>`, { presence: status ? raviIs(status) : [], ...scene }),
  play: ({ canvasElement }) => says(canvasElement, text),
})

const meta: Meta = { title: 'Presence', component: 'ihc-presence' }
export default meta

export const Skeleton = story(undefined, 'Loading…', { unopened: true })
export const Online = story('online', 'Online')
export const Busy = story('busy', 'In a call')
export const Offline = story('offline', 'Offline')
export const NotKnown = story(undefined, 'Not known', { unopened: true, connection: 'offline' })
export const LastKnown = story('online', 'Online, last known', { then: (client) => client.connection('offline') })
export const Hindi = story('busy', 'कॉल पर', { language: 'hi' })
export const Dark: StoryObj = { ...Online, globals: { scheme: 'dark' } }
export const BusyDark: StoryObj = { ...Busy, globals: { scheme: 'dark' } }

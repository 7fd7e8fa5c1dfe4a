import { html, type TemplateResult } from 'lit'
import '../session/ihc-session.define.ts'
import { connectEvent } from '../base/events.ts'
import type { ConnectStore, MediaView } from '../session/connect-store.ts'
import { scriptedClient, type Script, type ScriptedClient } from './scripted-client.ts'

export interface Scene extends Script {
  readonly language?: string
  /** Leave the connection unopened, as it is before the platform has answered. */
  readonly unopened?: boolean
  /** What happens after the elements are there. */
  readonly then?: (client: ScriptedClient) => void
  /** How the sound of a browser call is in this tab. */
  readonly media?: Partial<MediaView>
}

/** Resolves when all elements below have rendered what they know so far. */
const settled = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))

/** Stands in for the microphone and the connection, which a story has not. */
export function showMedia(client: ScriptedClient, media: Partial<MediaView>): void {
  const asker = [...document.querySelectorAll('ihc-session')].find((session) => session.client === client)?.firstElementChild
  const take = (store: ConnectStore | undefined) =>
    store?.set({ media: { callId: store.state.call?.id, carries: true, state: 'connected', muted: false, ...media } })
  asker?.dispatchEvent(connectEvent('ihc-session-request', { take }))
}

/** Shows elements in a session whose platform plays a scene. */
export function stage(content: TemplateResult, { language = 'en', unopened, then, media, ...script }: Scene = {}): TemplateResult {
  const client = scriptedClient(script)
  void settled().then(() => {
    if (!unopened) client.open()
    then?.(client)
    if (media) showMedia(client, media)
  })
  return html`<main style="padding: 24px; max-width: 640px">
    <ihc-session .client=${client} language=${language}>${content}</ihc-session>
  </main>`
}

/** Waits for something to be found; a story waits for its state, never for time. */
export async function eventually<Found>(find: () => Found, what: string): Promise<NonNullable<Found>> {
  // As long as all who wait for a state here: a slow machine is no failure.
  for (const until = performance.now() + 30_000; performance.now() < until;) {
    const found = find()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`There was never ${what}`)
}

const textIn = (node: ParentNode): string =>
  [...node.querySelectorAll('*')].map(({ shadowRoot }) => (shadowRoot ? shadowRoot.textContent + textIn(shadowRoot) : '')).join(' ')

/** Waits until the elements say this somewhere, so that an accessibility check sees the state that the story is about. */
export async function says(canvas: Element, text: string): Promise<void> {
  await eventually(() => textIn(canvas).includes(text), `the text "${text}"`)
}

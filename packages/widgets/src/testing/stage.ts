import { html, type TemplateResult } from 'lit'
import '../session/ihc-session.define.ts'
import { scriptedClient, type Script, type ScriptedClient } from './scripted-client.ts'

export interface Scene extends Script {
  readonly language?: string
  /** Leave the connection unopened, as it is before the platform has answered. */
  readonly unopened?: boolean
  /** What happens after the elements are there. */
  readonly then?: (client: ScriptedClient) => void
}

/** Resolves when all elements below have rendered what they know so far. */
const settled = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))

/** Shows elements in a session whose platform plays a scene. */
export function stage(content: TemplateResult, { language = 'en', unopened, then, ...script }: Scene = {}): TemplateResult {
  const client = scriptedClient(script)
  void settled().then(() => {
    if (!unopened) client.open()
    then?.(client)
  })
  return html`<main style="padding: 24px; max-width: 640px">
    <ihc-session .client=${client} language=${language}>${content}</ihc-session>
  </main>`
}

/** Waits until the elements say this somewhere, so that an accessibility check sees the state that the story is about. */
export async function says(canvas: Element, text: string): Promise<void> {
  const seen = (node: ParentNode): string =>
    [...node.querySelectorAll('*')]
      .map((child) => (child.shadowRoot ? (child.shadowRoot.textContent ?? '') + seen(child.shadowRoot) : ''))
      .join(' ')
  for (let tries = 0; tries < 200; tries += 1) {
    if (seen(canvas).includes(text)) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`"${text}" was not said`)
}

import { html, render, type TemplateResult } from 'lit'
import '../session/ihc-session.define.ts'
import { scriptedClient, type Script, type ScriptedClient } from './scripted-client.ts'

/** A session with elements in it, in a page that is fit for an accessibility check. */
export function mount(content: TemplateResult, script: Script = {}, language = 'en') {
  const client: ScriptedClient = scriptedClient(script)
  document.documentElement.lang = 'en'
  document.title = 'Elements'
  const main = document.createElement('main')
  document.body.replaceChildren(main)
  render(html`<ihc-session .client=${client} language=${language}>${content}</ihc-session>`, main)
  const session = main.querySelector('ihc-session')
  if (!session) throw new Error('no session')
  return { client, main, session }
}

/** The part of an element's shadow tree with this `part` name. */
export function part(element: Element | null, name: string): HTMLElement {
  const found = element?.shadowRoot?.querySelector(`[part~='${name}']`)
  if (!(found instanceof HTMLElement)) throw new Error(`no part ${name}`)
  return found
}

/** Text as it is read: without the spaces of the source. */
export const words = (element: Element | null | undefined): string => (element?.textContent ?? '').replace(/\s+/g, ' ').trim()

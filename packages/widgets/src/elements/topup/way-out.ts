import { html, type TemplateResult } from 'lit'
import { connectEvent } from '../../base/events.ts'
import type { TopupTexts } from '../../locales/en/topup.ts'

/** An address that leaves the app for the browser: Android's own way, elsewhere a new window. */
export function browserUrl(page: string, agent = navigator.userAgent): string {
  const { protocol } = new URL(page)
  if (!agent.includes('Android')) return page
  return `intent:${page.slice(protocol.length).replace(/#.*$/, '')}#Intent;scheme=${protocol.slice(0, -1)};action=android.intent.action.VIEW;end`
}

/** UPI apps do not open from inside most apps: offers the way out before somebody pays. The page around may know a better one. */
export function wayOut(host: EventTarget, page: string, texts: TopupTexts): TemplateResult {
  const leave = (event: Event) => {
    if (!host.dispatchEvent(connectEvent('ihc-topup-browser-request', { url: page }))) event.preventDefault()
  }
  return html`<p part="upi" class="muted">
    ${texts.upi} <a part="browser" href=${browserUrl(page)} target="_blank" rel="noopener" @click=${leave}>${texts.browser}</a>
  </p>`
}

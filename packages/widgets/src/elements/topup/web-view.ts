/** The browsers inside apps that are known by name, Android's WebView, and iOS' WebView, which does not call itself Safari. */
const named = /; wv\)|FBA[NV]|Instagram|\bLine\/|MicroMessenger|Snapchat|LinkedInApp/
const ios = /iP(hone|ad|od).*AppleWebKit(?!.*Safari)/

/** Whether the page is shown inside an app. Such a page opens UPI apps only where its app lets it. */
export const isWebView = (agent = navigator.userAgent): boolean => named.test(agent) || ios.test(agent)

/** An address that leaves the app for the browser: Android's own way, elsewhere a new window. */
export function browserUrl(page: string, agent = navigator.userAgent): string {
  const { protocol } = new URL(page)
  if (!agent.includes('Android')) return page
  return `intent:${page.slice(protocol.length).replace(/#.*$/, '')}#Intent;scheme=${protocol.slice(0, -1)};action=android.intent.action.VIEW;end`
}

/** The browsers inside apps that are known by name, Android's WebView, and iOS' WebView, which does not call itself Safari. */
const known = /; wv\)|FBA[NV]|Instagram|\bLine\/|MicroMessenger|Snapchat|LinkedInApp|iP(hone|ad|od).*AppleWebKit(?!.*Safari)/

/** Whether the page is shown inside an app. Such a page opens UPI apps only where its app lets it. */
export const isWebView = (agent = navigator.userAgent): boolean => known.test(agent)

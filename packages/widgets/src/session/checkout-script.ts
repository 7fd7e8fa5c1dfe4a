import type { CheckoutStop } from './topup-view.ts'

/** Long enough for a slow network; a page that says nothing for longer would seem dead. */
export const scriptLimitMs = 20_000
/** The browser reports what its policy has blocked just after the script's own error. */
const reportMs = 100

const scripts = new Map<string, Promise<CheckoutStop | undefined>>()

function siteOf(url: string): string | undefined {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return host ? host.split('.').slice(-2).join('.') : undefined
}

/** Calls back when the policy of the page blocks something of the same site as this URL, until the returned function is called. */
export function onBlocked(url: string, directive: 'script-src' | 'frame-src', tell: () => void): () => void {
  const hear = ({ disposition, effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
    if (disposition === 'enforce' && effectiveDirective.startsWith(directive) && siteOf(blockedURI) === siteOf(url)) tell()
  }
  document.addEventListener('securitypolicyviolation', hear)
  return () => document.removeEventListener('securitypolicyviolation', hear)
}

function add(url: string, limitMs: number): Promise<CheckoutStop | undefined> {
  return new Promise((resolve) => {
    const script = document.createElement('script')
    let blocked = false
    const stopHearing = onBlocked(url, 'script-src', () => (blocked = true))
    const end = (why?: CheckoutStop) => {
      clearTimeout(timer)
      stopHearing()
      if (why) script.remove()
      resolve(why)
    }
    const timer = setTimeout(() => end('slow'), limitMs)
    script.onload = () => end()
    script.onerror = () => setTimeout(() => end(blocked ? 'blocked' : navigator.onLine ? 'unreachable' : 'lost'), reportMs)
    try {
      script.src = url
      document.head.append(script)
    } catch {
      end('blocked') // a page that demands trusted types
    }
  })
}

/** Loads a script of the provider once, and tells why it could not be. What failed is loaded anew the next time. */
export async function loadScript(url: string, limitMs = scriptLimitMs): Promise<CheckoutStop | undefined> {
  const loading = scripts.get(url) ?? add(url, limitMs)
  scripts.set(url, loading)
  const why = await loading
  if (why) scripts.delete(url)
  return why
}

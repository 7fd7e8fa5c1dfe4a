import { beforeEach, describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { part } from '../../testing/mount.ts'
import { checkoutScript, openTopup } from '../../testing/scripted-topups.ts'
import { show } from '../../testing/show-topup.ts'

beforeEach(() => sessionStorage.clear())

describe('the payment page', () => {
  const withScript = (url: string) => show({ createTopup: () => Promise.resolve(openTopup({ packId: 'medium' }, url)) })
  const press = async (page: ReturnType<typeof show>) => {
    await expect.poll(() => page.rows().length).toBe(3)
    await userEvent.click(page.element?.shadowRoot?.querySelectorAll('input')[1] ?? document.body)
    await userEvent.click(part(page.element, 'pay'))
  }

  it('that cannot be loaded is told, and loaded anew by the next press', async () => {
    const page = withScript(`${location.origin}/not/there.js`)
    await press(page)
    await expect.poll(() => page.text('sentence')).toBe('The payment page could not be loaded. Nothing was paid.')
    expect(page.events).toEqual([['ihc-topup-failed', 'unreachable']])
    expect(document.querySelector('script[src$="/not/there.js"]')).toBeNull()
    expect(await accessibilityFaults()).toEqual([])
  })

  it('that the page’s policy blocks is told as that', async () => {
    const url = `${location.origin}/blocked/checkout.js`
    const page = withScript(url)
    const seen = new MutationObserver(() => {
      if (!document.querySelector('script[src$="/blocked/checkout.js"]')) return
      const init = {
        blockedURI: url,
        effectiveDirective: 'script-src-elem',
        violatedDirective: 'script-src',
        originalPolicy: '',
        documentURI: '',
      }
      document.dispatchEvent(
        new SecurityPolicyViolationEvent('securitypolicyviolation', { ...init, disposition: 'enforce', statusCode: 200 }),
      )
    })
    seen.observe(document.head, { childList: true })
    await press(page)
    await expect.poll(() => page.text('sentence')).toMatch(/^This page, or a blocker in your browser/)
    seen.disconnect()
  })

  it('whose frame the page’s policy blocks is closed again', async () => {
    const page = withScript(checkoutScript)
    await press(page)
    await expect.poll(() => page.text('sentence')).toMatch(/^Finish/)
    const init = {
      blockedURI: `${location.origin}/frame`,
      effectiveDirective: 'frame-src',
      violatedDirective: '',
      originalPolicy: '',
      documentURI: '',
    }
    document.dispatchEvent(
      new SecurityPolicyViolationEvent('securitypolicyviolation', { ...init, disposition: 'enforce', statusCode: 200 }),
    )
    await expect.poll(() => page.text('sentence')).toMatch(/^This page, or a blocker/)
    expect(globalThis.fakeCheckouts?.at(-1)?.closed).toBe(true)
  })

  it('is not asked for without a connection', async () => {
    Object.defineProperty(navigator, 'onLine', { value: false, configurable: true })
    try {
      const page = withScript(`${location.origin}/no/network.js`)
      await press(page)
      await expect.poll(() => page.text('sentence')).toBe('No connection. Nothing was paid.')
    } finally {
      Reflect.deleteProperty(navigator, 'onLine')
    }
  })

  it.each(['ftp://checkout.example/v1/checkout.js', 'javascript:alert(1)', 'data:text/javascript,alert(1)', 'checkout.js'])(
    'is never loaded from %s',
    async (url) => {
      const page = withScript(url)
      await press(page)
      await expect.poll(() => page.text('sentence')).toMatch(/^This page, or a blocker/)
      expect([...document.scripts].map(({ src }) => src)).not.toContain(url)
    },
  )
})

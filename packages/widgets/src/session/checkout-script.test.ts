import { expect, it } from 'vitest'
import { loadScript } from './checkout-script.ts'

it('gives up on a script that does not come in time', async () => {
  expect(await loadScript(`${location.origin}/slow/checkout.js`, 0)).toBe('slow')
  expect(document.querySelector('script[src$="/slow/checkout.js"]')).toBeNull()
})

it('is loaded once, however many ask', async () => {
  const url = new URL('../testing/fake-checkout.js?once', import.meta.url).href
  expect(await Promise.all([loadScript(url), loadScript(url)])).toEqual([undefined, undefined])
  expect([...document.scripts].filter(({ src }) => src === url)).toHaveLength(1)
})

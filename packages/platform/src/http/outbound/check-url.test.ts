import { describe, expect, it } from 'vitest'
import { refusalOfUrl } from './check-url.ts'

const live = { reach: 'public', plain: false } as const
const own = { reach: 'loopback', plain: true } as const

describe('a URL that a customer gives', () => {
  it.each([
    'https://hooks.example.com/a?b=c',
    'https://hooks.example.com:8443/',
    'https://HOOKS.example.com.',
    'https://xn--bcher-kva.example/',
  ])('%s is taken', (url) => expect(refusalOfUrl(url, live)).toBeUndefined())

  it.each([
    ['hooks.example.com', /URL/],
    ['', /URL/],
    [`https://hooks.example.com/${'a'.repeat(2_048)}`, /URL/],
    ['http://hooks.example.com/', /https/],
    ['ftp://hooks.example.com/', /https/],
    ['file:///etc/passwd', /https/],
    ['javascript:alert(1)', /https/],
    ['https://user@hooks.example.com/', /credentials/],
    ['https://user:secret@hooks.example.com/', /credentials/],
    ['https://hooks.example.com/#x', /fragment/],
    ['https://hooks.example.com:22/', /port/],
    ['https://hooks.example.com:0/', /port/],
    ['https://hooks.example.com:1023/', /port/],
    ['https://8.8.8.8/', /address/],
    ['https://127.0.0.1/', /address/],
    ['https://2130706433/', /address/],
    ['https://0x7f.1/', /address/],
    ['https://017700000001/', /address/],
    ['https://[::1]/', /address/],
    ['https://[::ffff:169.254.169.254]/', /address/],
    ['https://localhost/', /public host/],
    ['https://LOCALHOST./', /public host/],
    ['https://api.localhost/', /public host/],
    ['https://intranet/', /public host/],
    ['https://printer.local/', /public host/],
    ['https://metadata.google.internal/', /public host/],
  ])('%s is refused', (url, why) => expect(refusalOfUrl(url, live)).toMatch(why))

  it('may name the developer’s own machine where that is allowed, and nothing else inside', () => {
    for (const url of ['http://localhost:3000/hook', 'http://127.0.0.1:3000/', 'http://[::1]:3000/', 'http://hooks.example.com/'])
      expect(refusalOfUrl(url, own), url).toBeUndefined()
    for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/latest', 'http://db/', 'http://8.8.8.8/'])
      expect(refusalOfUrl(url, own) === undefined, url).toBe(url.includes('8.8.8.8'))
  })

  it('may name anything where the operator allows private hosts', () => {
    for (const url of ['http://10.0.0.1/', 'http://db:9000/', 'https://printer.local/'])
      expect(refusalOfUrl(url, { reach: 'private', plain: true }), url).toBeUndefined()
  })
})

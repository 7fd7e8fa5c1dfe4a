import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConnectError } from '../http/connect-error.ts'
import { captureReferral } from '../referral.ts'
import { capture, codeIn } from './capture.ts'
import type { Place } from './places.ts'

const page = 'https://talk.example/join?ref=ABC2345'
const day = 86_400_000
const now = Date.UTC(2026, 10, 23)

/** A place that remembers, until it is emptied. */
const place = () => {
  const words = new Map<string, string>()
  return { words, read: (name: string) => words.get(name), write: (name: string, value: string) => words.set(name, value) }
}
const forbidden: Place = {
  read: () => {
    throw new DOMException('no', 'SecurityError')
  },
  write: () => {
    throw new DOMException('full', 'QuotaExceededError')
  },
}

/** A platform that is told of visits, and answers as a test says. */
const platform = (answer: () => Promise<void> = () => Promise.resolve()) => {
  const told: string[] = []
  const visit = async ({ code }: { code: string }) => {
    told.push(code)
    await answer()
  }
  return { told, client: { referral: { visit } } }
}

describe('the address', () => {
  it.each([
    ['https://talk.example/?ref=ABC2345', 'ABC2345'],
    ['https://talk.example/a/b?x=1&ref=abc-2345&fbclid=9#top', 'ABC2345'],
    ['https://talk.example/?ref=%20abc%202345%20', 'ABC2345'],
    ['https://talk.example/?ref=ABC2345).', 'ABC2345'],
    ['https://talk.example/#/join?ref=ABC2345', 'ABC2345'],
    ['https://talk.example/?ref=ABC2345&ref=XYZ9876', 'ABC2345'],
  ])('%s brings a code', (address, code) => expect(codeIn(address)).toBe(code))

  it.each([
    undefined,
    '',
    'not an address',
    'https://talk.example/',
    'https://talk.example/?ref=',
    'https://talk.example/?ref=ABC',
    'https://talk.example/?ref=producthunt', // a place that visitors come from, not a person: O is in no code
    'https://talk.example/?ref=ABC2345ABC2345',
    'https://talk.example/?ref=%3Cscript%3E',
    'https://talk.example/?ref=__proto__',
    'https://talk.example/?ref=ABC234%00',
    'https://talk.example/?ref=%E0%A4%A',
    `https://talk.example/?ref=${'A'.repeat(60_000)}`,
    "https://talk.example/?ref=';document.cookie='a",
  ])('%s brings none', (address) => expect(codeIn(address)).toBeNull())
})

describe('a code', () => {
  it('is known on later pages until somebody has signed up, and is not taken from the address again', () => {
    const places = [place(), place()]
    expect(capture(undefined, page, places, now).code).toBe('ABC2345')
    const later = capture(undefined, 'https://talk.example/sign-up', places, now + 29 * day)
    expect(later.code).toBe('ABC2345')
    later.clear()
    expect(capture(undefined, 'https://talk.example/', places, now + 29 * day).code).toBeNull()
    expect(capture(undefined, page, places, now + 29 * day).code).toBeNull()
  })

  it('is forgotten after 30 days, counted from the last time that its link was followed', () => {
    const places = [place()]
    capture(undefined, page, places, now)
    capture(undefined, page, places, now + 20 * day)
    expect(capture(undefined, undefined, places, now + 49 * day).code).toBe('ABC2345')
    expect(capture(undefined, undefined, places, now + 50 * day).code).toBeNull()
    expect(capture(undefined, undefined, places, now - 11 * day).code).toBeNull() // a clock that was set back
  })

  it('gives way to that of a later link, also after it has been used', () => {
    const places = [place()]
    capture(undefined, page, places, now)
    const second = capture(undefined, 'https://talk.example/?ref=XYZ9876', places, now)
    expect(second.code).toBe('XYZ9876')
    second.clear()
    expect(capture(undefined, page, places, now).code).toBe('ABC2345')
  })

  it.each(['ABC2345', 'ABC2345.1.new', '{"code":"ABC2345"}', '<b>ABC2345.1795392000000.new', 'ABC2345.1795392000000.new; a=b'])(
    'is not made of what somebody else has written there: %s',
    (written) => {
      const one = place()
      one.write('ihc.referral', written)
      expect(capture(undefined, undefined, [one], now).code).toBeNull()
    },
  )
})

describe('the device', () => {
  it('keeps its id when either place is emptied, and gets another one when both are', () => {
    const [storage, cookie] = [place(), place()]
    const first = capture(undefined, undefined, [storage, cookie], now).deviceId
    expect(first).toMatch(/^[0-9a-f]{32}$/)
    for (const emptied of [storage, cookie, storage]) {
      emptied.words.clear()
      expect(capture(undefined, undefined, [storage, cookie], now).deviceId).toBe(first)
      expect(emptied.words.get('ihc.device')).toBe(first)
    }
    storage.words.clear()
    cookie.words.clear()
    expect(capture(undefined, undefined, [storage, cookie], now).deviceId).not.toBe(first)
  })

  it('has no id that somebody else has written', () => {
    const one = place()
    one.write('ihc.device', '<img>')
    expect(capture(undefined, undefined, [one], now).deviceId).toMatch(/^[0-9a-f]{32}$/)
  })

  it('that may keep nothing loses no more than the next page', () => {
    expect(capture(undefined, page, [forbidden], now)).toMatchObject({ code: 'ABC2345', deviceId: expect.stringMatching(/^[0-9a-f]{32}$/) })
    const one = place()
    const { deviceId } = capture(undefined, page, [forbidden, one], now)
    expect(capture(undefined, undefined, [forbidden, one], now)).toMatchObject({ code: 'ABC2345', deviceId })
  })
})

describe('a visit', () => {
  it('is told once, and again where the platform could not be reached', async () => {
    const places = [place()]
    let lost = true
    const { told, client } = platform(() => (lost ? Promise.reject(new ConnectError('network_error', 'no answer')) : Promise.resolve()))
    capture(client, page, places, now)
    await expect.poll(() => told).toEqual(['ABC2345'])
    lost = false
    capture(client, undefined, places, now)
    await expect.poll(() => places[0]?.words.get('ihc.referral')).toMatch(/told$/)
    capture(client, page, places, now)
    expect(told).toEqual(['ABC2345', 'ABC2345'])
  })

  it('that the platform refuses is told no more', async () => {
    const places = [place()]
    const { told, client } = platform(() => Promise.reject(new ConnectError('invalid_request', 'no', { status: 400 })))
    capture(client, page, places, now)
    await expect.poll(() => places[0]?.words.get('ihc.referral')).toMatch(/told$/)
    expect(told).toEqual(['ABC2345'])
  })

  it('that is told late brings back no code that was used meanwhile', async () => {
    const places = [place()]
    const { promise, resolve } = Promise.withResolvers<void>()
    const { told, client } = platform(() => promise)
    capture(client, page, places, now).clear()
    resolve()
    await expect.poll(() => told).toHaveLength(1)
    await promise
    expect(capture(client, undefined, places, now).code).toBeNull()
  })
})

describe('a page', () => {
  const jar: string[] = []
  beforeEach(() => {
    const words = place()
    vi.stubGlobal('localStorage', { getItem: (name: string) => words.read(name) ?? null, setItem: words.write })
    vi.stubGlobal('location', new URL(page))
    vi.stubGlobal('document', {
      get cookie() {
        return ['other=1', ...jar.map((one) => one.split(';')[0])].join('; ')
      },
      set cookie(value: string) {
        jar.unshift(value)
      },
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    jar.length = 0
  })

  it('keeps code and device in its storage and in a cookie of its own', async () => {
    const { code, deviceId } = await captureReferral()
    expect(code).toBe('ABC2345')
    expect(jar.find((one) => one.startsWith('ihc.device='))).toBe(`ihc.device=${deviceId}; Max-Age=34560000; Path=/; SameSite=Lax; Secure`)
    expect(jar.some((one) => /^ihc\.referral=ABC2345\.[0-9]{13}\.new; Max-Age=2592000; /.test(one))).toBe(true)
    vi.stubGlobal('localStorage', undefined)
    vi.stubGlobal('location', new URL('https://talk.example/'))
    expect(await captureReferral()).toMatchObject({ code: 'ABC2345', deviceId })
  })

  it('reads the address at once, before a router changes it', async () => {
    const captured = captureReferral()
    vi.stubGlobal('location', new URL('https://talk.example/home'))
    expect((await captured).code).toBe('ABC2345')
  })

  it('on a server has no code, and an id of its own each time', async () => {
    vi.unstubAllGlobals()
    const [one, two] = [await captureReferral(), await captureReferral()]
    expect([one.code, two.code]).toEqual([null, null])
    expect(one.deviceId).not.toBe(two.deviceId)
  })
})

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { tokenOf } from '../../test/fast-timing.ts'
import { tokenSource } from './token.ts'

const minute = 60_000
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

const sourceOf = (claims: object, marginMs = 30_000) => {
  const getToken = vi.fn(async () => tokenOf('asha', claims))
  return { getToken, source: tokenSource(getToken, marginMs) }
}

it('asks once for all who wait', async () => {
  const { getToken, source } = sourceOf({})
  const tokens = await Promise.all([source.current(), source.current(), source.current()])
  expect(getToken).toHaveBeenCalledTimes(1)
  expect(new Set(tokens).size).toBe(1)
})

it('counts the life of a token from when it came, whatever this machine’s clock says', async () => {
  const { getToken, source } = sourceOf({ iat: 1_000, exp: 1_900 }) // issued in 1970, for a quarter of an hour
  await source.current()
  vi.advanceTimersByTime(14 * minute)
  await source.current()
  expect(getToken).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(minute)
  await source.current()
  expect(getToken).toHaveBeenCalledTimes(2)
})

it('replaces a token before it ends, and a short one at four fifths of its life', async () => {
  const long = sourceOf({ iat: 0, exp: 900 })
  await long.source.current()
  expect(long.source.freshUntil()).toBe(Date.now() + 870_000)
  const short = sourceOf({ iat: 0, exp: 60 })
  await short.source.current()
  expect(short.source.freshUntil()).toBe(Date.now() + 48_000)
})

it.each(['opaque', 'a.b.c', `x.${btoa('null')}.y`, `x.${btoa('{"exp":"soon"}')}.y`])(
  'keeps the token %j, which tells nothing, until it is refused',
  async (token) => {
    const getToken = vi.fn(async () => token)
    const source = tokenSource(getToken, 30_000)
    expect(await source.current()).toBe(token)
    vi.advanceTimersByTime(600 * minute)
    await source.current()
    expect(getToken).toHaveBeenCalledTimes(1)
    await source.replace(token)
    expect(getToken).toHaveBeenCalledTimes(2)
  },
)

it('does not replace a token that was replaced already', async () => {
  const { getToken, source } = sourceOf({})
  await source.current()
  await source.replace('an older one')
  expect(getToken).toHaveBeenCalledTimes(1)
})

it('tells everybody who waits when the host has no token, and asks again later', async () => {
  const getToken = vi
    .fn(async () => tokenOf('asha'))
    .mockRejectedValueOnce(new Error('backend down'))
    .mockResolvedValueOnce('')
  const source = tokenSource(getToken, 30_000)
  const failed = { name: 'ConnectError', code: 'token_unavailable' }
  const both = await Promise.allSettled([source.current(), source.current()])
  expect(both).toMatchObject([{ reason: failed }, { reason: failed }])
  await expect(source.current()).rejects.toMatchObject(failed)
  expect(await source.current()).toBe(tokenOf('asha'))
})

import { createHmac } from 'node:crypto'

/**
 * The value of `X-Twilio-Signature`: the address without its fragment, then each parameter's name and value in the order of
 * the names, under HMAC-SHA1 with the account's token. A name given several times counts once for each distinct value.
 */
export function signatureOf(authToken: string, url: string, params: Readonly<Record<string, string | readonly string[]>>): string {
  let signed = withoutFragment(url)
  for (const name of Object.keys(params).sort()) {
    const value = params[name] ?? ''
    const values = typeof value === 'string' ? [value] : [...new Set(value)].sort()
    for (const one of values) signed += name + one
  }
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64')
}

/** The address as it is requested and signed. */
export function withoutFragment(url: string): string {
  const at = url.indexOf('#')
  return at < 0 ? url : url.slice(0, at)
}

/** The overrides a customer writes behind the `#`: timeouts in milliseconds, retries, and on what to retry. */
export interface ConnectionOverrides {
  readonly connectTimeoutMs: number
  readonly readTimeoutMs: number
  readonly retries: number
  readonly retryOn: readonly string[]
}

/** Reads the overrides; what is out of range is as if not given. */
export function overridesOf(url: string): ConnectionOverrides {
  const at = url.indexOf('#')
  const given = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
  const number = (name: string, low: number, high: number, otherwise: number): number => {
    const text = given.get(name) ?? ''
    const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
    return value >= low && value <= high ? value : otherwise
  }
  return {
    connectTimeoutMs: number('ct', 100, 10_000, 5_000),
    readTimeoutMs: number('rt', 100, 15_000, 15_000),
    retries: number('rc', 0, 5, 0),
    retryOn: (given.get('rp') ?? 'ct').split(','),
  }
}

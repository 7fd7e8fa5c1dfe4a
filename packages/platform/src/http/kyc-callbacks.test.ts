import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { Problem } from '../base/problem.ts'
import { tenantId } from '../base/tenant.ts'
import { kycCallbackPath, withKycCallbacks } from './kyc-callbacks.ts'

const masterKey = randomBytes(32)
const submission = 'kyc_01m83k2x5pc1g5fja2cr3pkds7'
const asked: string[] = []
const lines: string[] = []
let refusals = 0
beforeEach(() => {
  asked.length = 0
  lines.length = 0
  refusals = 0
})
const log = (message: string, fields: object = {}) => void lines.push(message + JSON.stringify(fields))
const routes = withKycCallbacks(
  {
    masterKey,
    askAgain: (tenant, id) => Promise.resolve(void asked.push(`${tenant}:${id}`)),
    limiter: { failed: () => Promise.resolve(void refusals++) },
    logger: { info: log, warn: log, error: log },
  },
  () => Promise.resolve({ status: 299 }),
)
const send = (path: string, method = 'POST') =>
  routes({
    method,
    path,
    url: path,
    headers: {},
    raw: Buffer.from('{"response":{"result":{"uid":"234567890124"}}}'),
    ip: '192.0.2.1',
  }).catch((error: unknown) => (error instanceof Problem ? error.code : error))
const right = kycCallbackPath(masterKey, tenantId(7), submission)

describe('what Signzy tells at an address that nobody else knows', () => {
  it('has the provider asked again, and is neither believed nor kept', async () => {
    expect(await send(right)).toEqual({ status: 204 })
    expect(await send(right)).toEqual({ status: 204 })
    expect(asked).toEqual([`7:${submission}`, `7:${submission}`])
    expect(lines).toEqual([])
  })

  it('elsewhere, of another tenant or with another token, does nothing', async () => {
    const other = kycCallbackPath(randomBytes(32), tenantId(7), submission)
    for (const path of [other, right.replace('/7/', '/8/'), right.replace('pkds7', 'pkds8')]) expect(await send(path)).toBe('not_found')
    expect(refusals).toBe(3)
    expect(asked).toEqual([])
    expect(await send(right, 'GET')).toBe('method_not_allowed')
    expect(await send(`${right}x`)).toEqual({ status: 299 })
    expect(await send('/providers/razorpay/test/webhook')).toEqual({ status: 299 })
  })
})

import { expect, it } from 'vitest'
import { tenantId, type Mode, type TenantId } from '../../base/tenant.ts'
import { chooseTelephony } from './choose.ts'
import type { Telephony } from './port.ts'
import { createTwilio } from './twilio/adapter.ts'

const account = (digit: string): Telephony =>
  createTwilio({ baseUrl: 'http://127.0.0.1:1', accountSid: `AC${digit.repeat(32)}`, authToken: digit.repeat(32) })
const [test, live] = [account('1'), account('2')]
const [trial, real] = [tenantId(1), tenantId(2)]
const modeOf = (id: TenantId): Promise<Mode> => Promise.resolve(id === real ? 'live' : 'test')

it('gives each mode its own account', async () => {
  const choice = chooseTelephony({ test: { twilio: test }, live: { twilio: live }, modeOf })
  expect(choice.forMode('test')).toBe(test)
  expect(choice.forMode('live')).toBe(live)
  expect(await choice.forTenant(trial, 'twilio')).toBe(test)
  expect(await choice.forTenant(real, 'twilio')).toBe(live)
})

it('never lends one mode the account of the other', async () => {
  const missing = expect.objectContaining({ code: 'provider_unavailable' })
  expect(() => chooseTelephony({ test: { twilio: test }, live: {}, modeOf }).forMode('live')).toThrow(missing)
  expect(() => chooseTelephony({ test: {}, live: { twilio: live }, modeOf }).forMode('test')).toThrow(missing)
  await expect(chooseTelephony({ test: { twilio: test }, live: {}, modeOf }).forTenant(real, 'twilio')).rejects.toEqual(missing)
})

import { expect, it } from 'vitest'
import { isSignedPayment, signerOf } from './signature.ts'

const order = 'order_TEST0000000001'
const payment = 'pay_TEST0000000001'
const ofPayment = '16807ffe1b5091b167572d31e98f14ab291b379ef47bdfc93a25d80e09c1ec18'
const body = Buffer.from('{"event":"payment.captured"}')
const ofBody = '4f463a57dd128675850163391f0311888616d57bccca75c774c9cdb28134f851'

it('knows the signature of a payment page', () => {
  expect(isSignedPayment('test_secret', order, payment, ofPayment)).toBe(true)
})

it.each([
  ['another order', 'test_secret', 'order_TEST0000000002', payment, ofPayment],
  ['another payment', 'test_secret', order, 'pay_TEST0000000002', ofPayment],
  ['another secret', 'test_secret2', order, payment, ofPayment],
  ['upper case', 'test_secret', order, payment, ofPayment.toUpperCase()],
  ['a digit too few', 'test_secret', order, payment, ofPayment.slice(1)],
  ['a digit too many', 'test_secret', order, payment, `${ofPayment}0`],
  ['no hex', 'test_secret', order, payment, 'g'.repeat(64)],
  ['nothing', 'test_secret', order, payment, ''],
  ['a line more', 'test_secret', order, payment, `${ofPayment}\n`],
])('refuses the signature of %s', (_, secret, orderId, paymentId, signature) => {
  expect(isSignedPayment(secret, orderId, paymentId, signature)).toBe(false)
})

it('knows which secret signed a webhook: the one of now or the one before', () => {
  expect(signerOf({ current: 'whsec_test', previous: undefined }, body, ofBody)).toBe('current')
  expect(signerOf({ current: 'whsec_next', previous: 'whsec_test' }, body, ofBody)).toBe('previous')
  expect(signerOf({ current: 'whsec_next', previous: 'whsec_other' }, body, ofBody)).toBeUndefined()
  expect(signerOf({ current: 'whsec_test', previous: undefined }, body, undefined)).toBeUndefined()
})

it('holds the bytes, not what they mean', () => {
  for (const other of ['{"event":"payment.captured"} ', '{ "event":"payment.captured"}', '{"event":"payment.captured","x":1}', ''])
    expect(signerOf({ current: 'whsec_test', previous: undefined }, Buffer.from(other), ofBody)).toBeUndefined()
})

import { expect, it } from 'vitest'
import { addressKeys } from './address.ts'

it.each([
  ['49.36.12.7', { address: '49.36.12.7', range: '49.36.12.0/24' }],
  ['::ffff:49.36.12.7', { address: '49.36.12.7', range: '49.36.12.0/24' }],
  ['2409:4072:0:1:aaaa::1', { address: '2409:4072:0:1::/64', range: '2409:4072:0::/48' }],
  ['2409:4072:0000:0001:bbbb:0:0:2', { address: '2409:4072:0:1::/64', range: '2409:4072:0::/48' }],
])('counts %s as %o', (ip, keys) => {
  expect(addressKeys(ip)).toEqual(keys)
})

it.each(['127.0.0.1', '10.1.2.3', '192.168.1.1', '100.64.0.9', '169.254.1.1', '::1', 'fe80::1', 'fd00::1', '0.0.0.0', 'nonsense', ''])(
  'learns nothing from %j',
  (ip) => {
    expect(addressKeys(ip)).toBeUndefined()
  },
)

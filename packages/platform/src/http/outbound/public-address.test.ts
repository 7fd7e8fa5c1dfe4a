import { describe, expect, it } from 'vitest'
import { mayReach } from './public-address.ts'

const publicOnes = ['8.8.8.8', '1.1.1.1', '100.63.255.255', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450:4001::8a']

const ownOnes = ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '64:ff9b::127.0.0.1']

const innerOnes = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1'],
  ...['192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
  ...['::', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '100::1', '2001:db8::1', '2001::1', '2001:2::1'],
  ...['2001:10::1', '3fff::1', '5f00::1', '4000::1', '::7f00:1', '64:ff9b:1::1'],
  // IPv4 inside IPv6: mapped, translated, 6to4.
  ...['::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::a00:1', '64:ff9b::169.254.169.254', '2002:7f00:1::', '2002:808:808::'],
]

const noAddresses = ['', 'localhost', '127.1', '0x7f000001', '2130706433', '127.0.0.1:80', '[::1]', '1.2.3.4.5', '8.8.8.8 ', '010.0.0.1']

describe('an address', () => {
  it.each(publicOnes)('%s can be reached from everywhere', (ip) => {
    expect([mayReach(ip, 'public'), mayReach(ip, 'loopback'), mayReach(ip, 'private')]).toEqual([true, true, true])
  })
  it.each(['::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])('%s is the public one inside it', (ip) => expect(mayReach(ip, 'public')).toBe(true))
  it.each(ownOnes)('%s is this machine', (ip) => {
    expect([mayReach(ip, 'public'), mayReach(ip, 'loopback'), mayReach(ip, 'private')]).toEqual([false, true, true])
  })
  it.each(innerOnes)('%s is for an operator to allow', (ip) => {
    expect([mayReach(ip, 'public'), mayReach(ip, 'loopback'), mayReach(ip, 'private')]).toEqual([false, false, true])
  })
  it.each(noAddresses)('%j is none', (ip) => {
    expect([mayReach(ip, 'public'), mayReach(ip, 'loopback'), mayReach(ip, 'private')]).toEqual([false, false, false])
  })
})

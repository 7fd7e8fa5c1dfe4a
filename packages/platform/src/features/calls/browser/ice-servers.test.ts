import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { iceServersFor } from './ice-servers.ts'

const now = new Date('2030-01-01T00:00:00Z')
const call = { mostSeconds: 3_600, ringSeconds: 30 } as const
const turn = { urls: ['turn:turn.example:3478', 'turns:turn.example:443?transport=tcp'], secret: 'a-shared-secret-of-the-relay' }

it('gives what a TURN server with the same secret takes, until after the longest end of the call', () => {
  const { iceServers, iceTransportPolicy, expiresAt } = iceServersFor({ stunUrls: ['stun:stun.example'], turn }, call, 'usr_1', now)
  expect(expiresAt).toBe('2030-01-01T01:10:30.000Z')
  const [stun, relay] = iceServers
  expect(stun).toEqual({ urls: ['stun:stun.example'] })
  expect(relay?.urls).toEqual(turn.urls)
  // Neither side learns the other's address.
  expect(iceTransportPolicy).toBe('relay')
  const [until, user] = (relay?.username ?? '').split(':')
  expect(Number(until)).toBe(Date.parse(expiresAt) / 1_000)
  expect(user).toBe('usr_1')
  expect(relay?.credential).toBe(
    createHmac('sha1', turn.secret)
      .update(relay?.username ?? '')
      .digest('base64'),
  )
})

it('gives none where none are set', () => {
  expect(iceServersFor({ stunUrls: [], turn: undefined }, call, 'usr_1', now)).toMatchObject({ iceServers: [], iceTransportPolicy: 'all' })
})

import { expect, it } from 'vitest'
import { turnsOf, type Standing } from './turns.ts'

const now = new Date('2026-01-01T12:00:00Z')
const place = (id: string, turnUntil: Date | null = null, busy = false): Standing => ({ id, turnUntil, busy })
const soon = new Date(now.getTime() + 1)
const nothing = { passed: [], paused: [], next: undefined }

it('gives the first in the queue the turn', () => {
  expect(turnsOf([place('a'), place('b')], true, now)).toEqual({ ...nothing, next: 'a' })
  expect(turnsOf([], true, now)).toEqual(nothing)
})

it('gives nobody else a turn while one has it', () => {
  expect(turnsOf([place('a'), place('b', soon)], true, now)).toEqual(nothing)
})

it('lets one whose turn has passed go, and takes the next', () => {
  expect(turnsOf([place('a', now), place('b'), place('c')], true, now)).toEqual({ ...nothing, passed: ['a'], next: 'b' })
})

it('passes over who is in a call, and lets them keep the place', () => {
  expect(turnsOf([place('a', null, true), place('b')], true, now)).toEqual({ ...nothing, next: 'b' })
  expect(turnsOf([place('a', null, true)], true, now)).toEqual(nothing)
})

it('takes a turn back while the callee is not free, also one that has run out meanwhile', () => {
  expect(turnsOf([place('a', soon), place('b')], false, now)).toEqual({ ...nothing, paused: ['a'] })
  expect(turnsOf([place('a', now), place('b')], false, now)).toEqual({ ...nothing, paused: ['a'] })
})

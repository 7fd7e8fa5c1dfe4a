import { disposableEmailBlocklist } from 'disposable-email-domains-js'
import { expect, it } from 'vitest'
import { mailKindOf } from './throwaway.ts'
import { sensible } from './refresh-throwaway.ts'

const none: ReadonlySet<string> = new Set()
const kindOf = (domain: string, besides = none, allowed: string[] = []) => mailKindOf(domain, besides, allowed)

it.each([
  ['mailinator.com', 'throwaway'],
  ['guerrillamail.com', 'throwaway'],
  ['yopmail.com', 'throwaway'],
  ['10minutemail.com', 'throwaway'],
  ['inbox.of.mailinator.com', 'throwaway'],
  ['notmailinator.com.school.example', 'usual'],
  ['gmail.com', 'usual'],
  ['rediffmail.com', 'usual'],
  ['school.example', 'usual'],
  ['privaterelay.appleid.com', 'relay'],
  ['mozmail.com', 'relay'],
  ['duck.com', 'relay'],
  ['asha.anonaddy.com', 'relay'],
  ['com', 'usual'],
])('takes %s for %s', (domain, kind) => {
  expect(kindOf(domain)).toBe(kind)
})

it('adds what a newer list names, subdomains too, and leaves out what the app allows', () => {
  const newer = new Set(['brand-new-throwaway.example'])
  expect(kindOf('mx.brand-new-throwaway.example', newer)).toBe('throwaway')
  expect(kindOf('mx.brand-new-throwaway.example', newer, ['brand-new-throwaway.example'])).toBe('usual')
  expect(kindOf('mailinator.com', none, ['mailinator.com'])).toBe('usual')
})

it('calls nobody’s own provider and no relay throwaway, whatever a list says', () => {
  const poisoned = new Set(['gmail.com', 'com', 'appleid.com', 'privaterelay.appleid.com'])
  expect(kindOf('gmail.com', poisoned)).toBe('usual')
  expect(kindOf('privaterelay.appleid.com', poisoned)).toBe('relay')
})

const listOf = (length: number): string[] => Array.from({ length }, (_, at) => `throwaway${at}.example`)
const wellKnown = disposableEmailBlocklist().slice(0, 100)

it('takes in what a list adds, without what everybody uses and what came with the platform', () => {
  const added = sensible([...wellKnown, ...listOf(1_000), 'GMAIL.com', 'privaterelay.appleid.com', 'Upper.Example', 'upper.example'])
  expect(added).toHaveLength(1_001)
  expect(added).toContain('upper.example')
})

it('refuses what is too short, no list of domains, or knows none of those that everybody knows', () => {
  expect(sensible([])).toBeUndefined()
  expect(sensible(wellKnown)).toBeUndefined()
  expect(sensible(listOf(5_000))).toBeUndefined()
  expect(sensible([...wellKnown, ...listOf(1_000), ...Array.from({ length: 5_000 }, (_, at) => `<div>${at}</div>`)])).toBeUndefined()
})

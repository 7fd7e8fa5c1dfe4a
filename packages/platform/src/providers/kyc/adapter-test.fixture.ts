import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { startProviderStub, type ProviderStub, type Said } from './provider-stub.fixture.ts'

/** What the tests of each adapter stand on: a stub for all of a file's tests, which forgets between them. */
export interface StubbedProvider {
  readonly stub: ProviderStub
  /** Answers each path so, and any other as the provider answers one that it has not. */
  byPath(answers: Readonly<Record<string, Said>>): void
}

export function stubbedProvider(notFound: object): StubbedProvider {
  let stub: ProviderStub | undefined
  beforeAll(async () => {
    stub = await startProviderStub()
  })
  beforeEach(() => void stub?.asked.splice(0))
  afterAll(() => stub?.close())
  const started = (): ProviderStub => {
    if (stub === undefined) throw new Error('the stub has not started')
    return stub
  }
  return {
    get stub() {
      return started()
    },
    byPath(answers) {
      started().answer = ({ path }) => answers[path] ?? { status: 404, body: { status: 404, ...notFound } }
    },
  }
}

export const clock = { now: () => new Date('2026-11-23T06:00:00Z') }

/** A number of the right form; what repeats it, in whatever form, lets it out. */
export const aadhaar = '234567890124'

export function expectHidden(result: unknown): void {
  const text = JSON.stringify(result)
  expect(text.replace(/[^\d]/g, '')).not.toContain(aadhaar.slice(0, 8))
  expect(text).toContain(aadhaar.slice(-4))
}

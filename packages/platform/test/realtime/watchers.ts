import { expect } from 'vitest'
import type { RealtimeUnderTest } from './start-realtime.ts'
import type { TestClient } from './test-client.ts'
import { hello } from './use-realtime.ts'

// All the times of realtime, a twentieth as long.
export const quick = { pingMs: 300, silenceMs: 600, tickMs: 50, touchMs: 200, aliveMs: 550, graceMs: 75, pollGraceMs: 400, sweepMs: 100 }

/** A watcher who has seen this state of ana first. */
export async function watcherOf(rt: RealtimeUnderTest, status: string): Promise<TestClient> {
  const watcher = await hello(rt, 'bo', { watch: ['ana'] })
  const snapshot = await watcher.next()
  expect(snapshot).toMatchObject({ type: 'session.snapshot', data: { presence: [{ userId: 'ana', status }] } })
  return watcher
}

export const becomes = async (watcher: TestClient, status: string) =>
  expect(await watcher.next()).toMatchObject({ type: 'presence.changed', data: { userId: 'ana', status } })

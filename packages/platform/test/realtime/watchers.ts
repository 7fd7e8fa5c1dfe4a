import { expect } from 'vitest'
import type { RealtimeUnderTest } from './start-realtime.ts'
import type { TestClient } from './test-client.ts'
import { hello } from './use-realtime.ts'

// All the times of realtime, a tenth as long: shorter, and a machine that stands still for half a second makes everybody offline.
export const quick = {
  pingMs: 600,
  silenceMs: 1_200,
  tickMs: 100,
  touchMs: 400,
  aliveMs: 1_100,
  graceMs: 150,
  pollGraceMs: 800,
  sweepMs: 200,
}

/** A watcher who has seen this state of ana first. */
export async function watcherOf(rt: RealtimeUnderTest, status: string): Promise<TestClient> {
  const watcher = await hello(rt, 'bo', { watch: ['ana'] })
  const snapshot = await watcher.next()
  expect(snapshot).toMatchObject({ type: 'session.snapshot', data: { presence: [{ userId: 'ana', status }] } })
  return watcher
}

export const becomes = async (watcher: TestClient, status: string) =>
  expect(await watcher.next()).toMatchObject({ type: 'presence.changed', data: { userId: 'ana', status } })

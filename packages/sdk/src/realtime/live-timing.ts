import type { LiveTiming } from '../timing.ts'

export const liveTiming: LiveTiming = {
  socketOpenMs: 10_000,
  reconnectBaseMs: 500,
  reconnectMaxMs: 20_000,
  socketRetryMs: 180_000,
  pollMs: 25_000,
  watchMs: 60,
  asleepMs: 20_000,
}

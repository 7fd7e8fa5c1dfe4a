import type { Call, CallMeter } from '@impacthub/sdk'
import type { Feed } from './connect-store.ts'

/** Where the timer of a call stood at a moment of this device's monotonic clock. */
export interface CallClock {
  readonly callId: string
  readonly atMs: number
  readonly elapsedSeconds: number
  /** As the platform last told; never counted here. */
  readonly chargedCoins: number
  readonly secondsLeft: number
}

// Meters tell whole seconds. Within this the timer goes on as it was, so that it never jumps for a rounding.
const toleranceSeconds = 1.5

/** Seconds since the answer, counted on from what the platform told last, never past the end that it named. */
export function elapsedAt(clock: CallClock, nowMs: number): number {
  const since = Math.max(0, nowMs - clock.atMs) / 1_000
  return clock.elapsedSeconds + Math.min(since, clock.secondsLeft)
}

/** Seconds left of what is held for the call. */
export const leftAt = (clock: CallClock, nowMs: number): number =>
  Math.max(0, clock.elapsedSeconds + clock.secondsLeft - elapsedAt(clock, nowMs))

/** The clock after a meter: moved only when it disagrees by more than a rounding. */
export function withMeter(clock: CallClock | undefined, meter: CallMeter, nowMs: number): CallClock {
  const { callId, chargedCoins, elapsedSeconds, secondsLeft } = meter
  const known = clock?.callId === callId ? clock : undefined
  const counted = known && elapsedAt(known, nowMs)
  const agrees = counted !== undefined && Math.abs(counted - elapsedSeconds) < toleranceSeconds
  const elapsed = agrees ? counted : elapsedSeconds
  return {
    callId,
    chargedCoins,
    atMs: nowMs,
    elapsedSeconds: elapsed,
    secondsLeft: Math.max(0, secondsLeft + elapsedSeconds - elapsed),
  }
}

/** A clock for a call found running, until its first meter (at most 5 seconds). */
export function clockOf(call: Call, nowMs: number, wallMs: number): CallClock {
  const told = call.durationSeconds || (wallMs - Date.parse(call.answeredAt ?? '')) / 1_000
  const elapsedSeconds = Math.min(Math.max(0, told || 0), call.limitSeconds)
  return {
    callId: call.id,
    atMs: nowMs,
    elapsedSeconds,
    chargedCoins: call.chargedCoins,
    secondsLeft: call.limitSeconds - elapsedSeconds,
  }
}

/** Keeps the clock of the running call: its timer, the coins so far and the seconds left. */
export const callMeter: Feed = (store) => {
  const { realtime } = store.client
  const meet = (meter: CallMeter) => {
    if (store.state.call?.id === meter.callId) store.set({ clock: withMeter(store.state.clock, meter, performance.now()) })
  }
  const follow = () => {
    const { call, clock } = store.state
    if (call?.status === 'in_progress' && clock?.callId !== call.id) store.set({ clock: clockOf(call, performance.now(), Date.now()) })
  }
  const stops = [realtime.on('call.meter', meet), realtime.on('call.warning', meet), store.subscribe(follow)]
  follow()
  return () => stops.forEach((stop) => stop())
}

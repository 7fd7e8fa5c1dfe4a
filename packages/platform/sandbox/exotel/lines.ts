import { setAlarm } from '../kit/alarms.ts'
import { type FinalState, isLive, type Line, type LineDue, lineDues } from './line.ts'
import { behaviourOf } from '../kit/magic-numbers.ts'
import { newSid } from './sid.ts'
import type { World } from './world.ts'

const NETWORK_FAILURE_AFTER_MS = 500

const onDue: Readonly<Record<LineDue, (world: World, line: Line, atMs: number) => void>> = {
  fail: (world, line, atMs) => endLine(world, line, 'failed', atMs),
  ring: startRinging,
  busy: (world, line, atMs) => endLine(world, line, 'busy', atMs),
  answer: pickUp,
  giveUp: (world, line, atMs) => endLine(world, line, 'no-answer', atMs),
  hangUp: (world, line, atMs) => endLine(world, line, 'completed', atMs),
  limit: (world, line, atMs) => endLine(world, line, 'completed', atMs),
}

/** Writes the phone down and sets its alarm; each change of a phone ends here. */
export function touchLine(world: World, line: Line): void {
  world.store.lines.save(line.id, line)
  setAlarm(world, `line:${line.id}`, line, lineDues, (kind, atMs) => {
    onDue[kind](world, line, atMs)
    world.store.lines.save(line.id, line)
  })
}

interface NewLine {
  readonly role: Line['role']
  readonly owner: string
  readonly number: string
  readonly ringForMs: number
}

const newLine = (wish: NewLine, atMs: number): Line => ({
  ...wish,
  id: newSid(),
  createdAtMs: atMs,
  state: 'connecting',
  due: {},
})

/** Dials a phone. */
export function dialLine(world: World, wish: NewLine, atMs: number): Line {
  const line = newLine(wish, atMs)
  const { does } = behaviourOf(line.number)
  const failsAfterMs = Math.min(world.settings.answerAfterMs ?? Infinity, NETWORK_FAILURE_AFTER_MS)
  line.due = does === 'fail' || does === 'invalid' ? { fail: atMs + failsAfterMs } : { ring: atMs }
  touchLine(world, line)
  return line
}

/** A phone that dialled us: it is off the hook already. */
export function incomingLine(world: World, wish: Omit<NewLine, 'ringForMs'>, atMs: number): Line {
  const line: Line = { ...newLine({ ...wish, ringForMs: 0 }, atMs), state: 'in-progress', answeredAtMs: atMs }
  touchLine(world, line)
  return line
}

/** The phone rings; what it will do then is the number's own business. */
function startRinging(world: World, line: Line, atMs: number): void {
  line.state = 'ringing'
  line.ringingAtMs = atMs
  line.due.giveUp = atMs + line.ringForMs
  const behaviour = behaviourOf(line.number)
  const { answerAfterMs } = world.settings
  if (behaviour.does === 'answer') line.hangUpAfterMs = behaviour.hangUpAfterMs
  if (answerAfterMs !== null && behaviour.does === 'busy') line.due.busy = atMs + answerAfterMs
  if (answerAfterMs !== null && behaviour.does === 'answer') line.due.answer = atMs + answerAfterMs
  world.flow.rings(line, atMs)
}

/** The phone is picked up. */
export function pickUp(world: World, line: Line, atMs: number): void {
  line.state = 'in-progress'
  line.answeredAtMs = atMs
  line.due = line.hangUpAfterMs === undefined ? {} : { hangUp: atMs + line.hangUpAfterMs }
  touchLine(world, line)
  world.flow.answered(line, atMs)
}

/** The phone is done with: hung up, given up or never reached. */
export function endLine(world: World, line: Line, state: FinalState, atMs: number): void {
  if (!isLive(line)) return
  line.state = state
  line.endedAtMs = Math.max(atMs, line.answeredAtMs ?? line.createdAtMs)
  line.due = {}
  touchLine(world, line)
  world.flow.ended(line, line.endedAtMs)
}

/** Ends it from our side: a conversation is completed, an attempt is canceled. */
export function dropLine(world: World, line: Line, atMs: number): void {
  endLine(world, line, line.state === 'in-progress' ? 'completed' : 'canceled', atMs)
}

import { writeFileSync } from 'node:fs'
import pg from 'pg'
import { questionOf, writeOf } from './crash-points.ts'

/**
 * Loaded before the platform (`--import`) by tests that let it die at a point that they name: `CONNECT_TEST_DIE_AT` is `send inside 2` for the
 * second time that it comes there, and `CONNECT_TEST_DIED` the file that says so. The platform knows nothing of it.
 */
const [what, moment, nth] = (process.env['CONNECT_TEST_DIE_AT'] ?? '').split(' ')
const left = { times: Number(nth ?? 1) }

const isThere = (name: string): boolean => name === what && --left.times === 0

function die(): never {
  writeFileSync(process.env['CONNECT_TEST_DIED'] ?? '', `${what} ${moment}`)
  process.kill(process.pid, 'SIGKILL')
  throw new Error('killed')
}

interface Statement {
  readonly text?: unknown
  readonly values?: unknown
}

/** What each connection's open transaction has written. */
const open = new WeakMap<object, Set<string>>()
const query: unknown = Reflect.get(pg.Client.prototype, 'query')

function watched(this: object, ...args: readonly unknown[]): unknown {
  if (typeof query !== 'function') throw new Error('pg has changed')
  const run = (): unknown => Reflect.apply(query, this, args)
  const { text, values }: Statement = typeof args[0] === 'object' && args[0] !== null ? args[0] : { text: args[0] }
  if (typeof text !== 'string') return run()
  if (text.startsWith('begin')) open.set(this, new Set())
  const write = writeOf(text, Array.isArray(values) ? values : [])
  if (write !== undefined) open.get(this)?.add(write)
  if (text !== 'commit') return run()
  const isHere = [...(open.get(this) ?? [])].some(isThere)
  open.delete(this)
  if (!isHere) return run()
  // What was sent is on its way: PostgreSQL does it, and never hears of a commit.
  if (moment === 'inside') return new Promise(() => setTimeout(die, 30))
  return Promise.resolve(run()).then(die)
}

if (what !== undefined && what !== '') {
  Reflect.set(pg.Client.prototype, 'query', watched)
  const send = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    const question = questionOf(init?.method ?? 'GET', url)
    const isHere = question !== undefined && isThere(question)
    if (isHere && moment === 'before') die()
    const answer = await send(input, init)
    if (isHere) die()
    return answer
  }
}

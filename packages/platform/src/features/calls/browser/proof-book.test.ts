import { expect, it } from 'vitest'
import { steadyClock, type Clock } from '../../../base/clock.ts'
import { tenantId } from '../../../base/tenant.ts'
import type { Db, Tx } from '../../../db/connect.ts'
import type { Span } from './browser-talk.ts'
import { createProofBook } from './proof-book.ts'
import { spansIn } from './proof-range.ts'

interface Written {
  readonly calls: readonly string[]
  readonly spans: readonly Span[][]
}

/** A database that keeps what is written to it; `down`: it does not answer. */
function notebook() {
  const written: Written[] = []
  const state = { down: false }
  const tx = {
    query: async (_text: string, values?: readonly string[][]) => {
      if (state.down) throw new Error('away')
      const [, calls, , , connected] = values ?? []
      written.push({ calls: calls ?? [], spans: (connected ?? []).map(spansIn) })
      return []
    },
    // Settings of the planner.
    write: () => undefined,
  } as unknown as Tx
  const db = { transact: (_tenant: unknown, work: (tx: Tx) => Promise<unknown>) => work(tx) } as unknown as Db
  return { written, state, db }
}

/** Sleeps end when the test says so. */
function wakeable(now: () => Date): { clock: Clock; wake(): Promise<void> } {
  const sleepers: (() => void)[] = []
  const clock: Clock = {
    now,
    sleep: (_ms, signal) =>
      new Promise((done) => {
        sleepers.push(done)
        signal?.addEventListener('abort', () => done())
      }),
  }
  return {
    clock,
    wake: async () => {
      for (const done of sleepers.splice(0)) done()
      await new Promise((turn) => setImmediate(turn))
    },
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const tasks = { add: async () => undefined, forget: () => undefined }
const proof = (callId: string, bytesReceived: number) =>
  ({ tenantId: tenantId(1), callId, userId: 'usr_1', peer: 'tab-0000000000000001', media: 'connected', bytesReceived }) as const

it('writes the proofs of all calls in one statement a second', async () => {
  const { written, db } = notebook()
  let time = 0
  const { clock, wake } = wakeable(() => new Date(time))
  const book = createProofBook({ db, clock, logger: silent, tasks })
  for (let n = 0; n < 500; n++) book.add(proof(`call-${n}`, 1))
  time = 500
  for (let n = 0; n < 500; n++) book.add(proof(`call-${n}`, 2))
  await wake()
  expect(written.map(({ calls }) => calls.length)).toEqual([500])
  expect(written[0]?.spans[7]).toEqual([{ from: 0, to: 500 }])
  await wake()
  expect(written).toHaveLength(1)
})

it('keeps what the database does not take, with the moments at which it came', async () => {
  const { written, state, db } = notebook()
  let time = 0
  const { clock, wake } = wakeable(() => new Date(time))
  const book = createProofBook({ db, clock, logger: silent, tasks })
  state.down = true
  for (let n = 1; n <= 4; n++) {
    time = n * 2_000
    book.add(proof('call-1', n))
    await wake()
  }
  state.down = false
  await wake()
  expect(written).toEqual([{ calls: ['call-1'], spans: [[{ from: 2_000, to: 8_000 }]] }])
})

it('does not take the same proof twice', async () => {
  const { written, db } = notebook()
  let time = 0
  const { clock, wake } = wakeable(() => new Date(time))
  const book = createProofBook({ db, clock, logger: silent, tasks })
  book.add(proof('call-1', 5))
  time = 900
  book.add(proof('call-1', 5))
  await wake()
  expect(written[0]?.spans).toEqual([[{ from: 0, to: 0 }]])
})

it.each([-3_600_000, 2 * 86_400_000])('dates proofs by time that goes on, when the clock of the machine jumps by %i ms', async (jump) => {
  const { written, db } = notebook()
  let monotonic = 0
  let wall = Date.UTC(2030, 0, 1)
  const shared = Date.UTC(2030, 0, 1)
  const steady = await steadyClock(
    { shared: async () => shared + monotonic, wall: () => wall, monotonic: () => monotonic },
    { warn: () => undefined },
  )
  const { clock, wake } = wakeable(() => steady.now())
  const book = createProofBook({ db, clock, logger: silent, tasks })
  for (let n = 1; n <= 10; n++) {
    book.add(proof('call-1', n))
    await wake()
    monotonic += 2_000
    wall += 2_000 + (n === 5 ? jump : 0)
    await steady.check()
  }
  const moments = written.flatMap(({ spans }) => spans.flat().map(({ from }) => from))
  expect(moments.map((at, n) => at - (moments[n - 1] ?? at))).toEqual([0, ...Array.from({ length: 9 }, () => 2_000)])
})

it('loses what is there as a crash does, and writes it when it is stopped', async () => {
  for (const last of ['write', 'drop'] as const) {
    const { written, db } = notebook()
    const { clock } = wakeable(() => new Date(0))
    const book = createProofBook({ db, clock, logger: silent, tasks })
    book.add(proof('call-1', 1))
    await book.close(last)
    book.add(proof('call-1', 2))
    expect(written).toHaveLength(last === 'write' ? 1 : 0)
  }
})

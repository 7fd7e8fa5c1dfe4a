import { isDeepStrictEqual } from 'node:util'
import type { Client, Request } from './persist.ts'
import { drawStep, nobody, type Move, type Random, type Step } from './plan.ts'
import { bulkAnswer, movedAnswer, type Acknowledged, type Booked } from './record.ts'

interface Known {
  readonly wish: Request
  readonly status: number
  readonly code: string
  readonly text: string
}

export interface WorkerParts {
  readonly name: string
  readonly random: Random
  readonly userIds: readonly string[]
  readonly client: Client
  readonly record: Acknowledged
}

/** One client: it asks, waits for a lasting answer, checks and remembers it, and sometimes asks again for what it was told before. */
export function createWorker({ name, random, userIds, client, record }: WorkerParts) {
  const known: Known[] = []
  const moves: Booked[] = []
  let keys = 0

  const nextKey = () => `${name}-${keys++}`
  const at = <T>(list: readonly T[], pick: number): T | undefined => list[Math.floor(pick * list.length)]

  function wishOf({ type, userId, bucket, coins }: Move, key: string): Request {
    const body = { coins, reason: 'Burst', ...(bucket === null ? {} : { bucket }) }
    return { key, path: `/v1/users/${userId}/${type}s`, body: JSON.stringify(body) }
  }

  async function move(asked: Move, copies: 1 | 2): Promise<void> {
    const wish = wishOf(asked, nextKey())
    const [answer, ...others] = await Promise.all(Array.from({ length: copies }, () => client.settle(wish)))
    if (answer === undefined) throw new Error('nobody was asked')
    for (const other of others) expectSame(wish, answer, other)
    known.push({ wish, ...answer })
    if (answer.status === 201) moves.push(record.moved(movedAnswer.parse(JSON.parse(answer.text)), asked))
    else if (asked.type === 'credit' || answer.code !== 'insufficient_balance') throw new Error(`${JSON.stringify(asked)}: ${answer.text}`)
  }

  async function replay({ wish, ...first }: Known): Promise<void> {
    const again = await client.settle(wish)
    if (!again.replayed) throw new Error(`${wish.key} was done again`)
    expectSame(wish, first, again)
  }

  async function alter({ wish }: Known): Promise<void> {
    const { code, status } = await client.settle({ ...wish, body: JSON.stringify({ coins: 77_777, reason: 'Other' }) })
    if (code !== 'idempotency_key_reused') throw new Error(`${wish.key} with other content: ${status} ${code}`)
  }

  async function reverse(original: Booked, share: number): Promise<void> {
    const part = Math.ceil(Math.abs(original.coins) * share)
    const body = { reason: 'Burst', ...(share < 0.5 ? { coins: Math.max(1, part) } : {}) }
    const wish = { key: nextKey(), path: `/v1/ledger/transactions/${original.id}/reverse`, body: JSON.stringify(body) }
    const answer = await client.settle(wish)
    known.push({ wish, ...answer })
    if (answer.status === 201) record.reversed(answer.text, original)
    else if (!['already_reversed', 'conflict'].includes(answer.code)) throw new Error(`${wish.path}: ${answer.text}`)
  }

  async function bulk({ mode, credits }: Extract<Step, { kind: 'bulk' }>): Promise<void> {
    const key = nextKey()
    const list = credits.map(({ userId, coins, bucket }, n) => ({ key: `${key}-${n}`, userId, coins, bucket, reason: 'Burst' }))
    const wish = { key, path: '/v1/credits', body: JSON.stringify({ mode, credits: list }) }
    const answer = await client.settle(wish)
    known.push({ wish, ...answer })
    const refusals = credits.filter(({ userId }) => userId === nobody).length
    if (mode === 'all' && refusals > 0) {
      if (answer.status !== 404) throw new Error(`credits for nobody: ${answer.text}`)
      return
    }
    const { data, refused } = bulkAnswer.parse(JSON.parse(answer.text))
    if (refused !== refusals || data.length !== credits.length)
      throw new Error(`${refusals} of ${credits.length} are for nobody: ${answer.text}`)
    for (const [n, item] of data.entries()) {
      const asked = credits[n]
      if (item.status === 'credited' && asked !== undefined) moves.push(record.moved(item, asked))
    }
  }

  /** What there is nothing for yet becomes a move. */
  async function doStep(step: Step): Promise<void> {
    if (step.kind === 'move' || step.kind === 'twins') return move(step.move, step.kind === 'twins' ? 2 : 1)
    if (step.kind === 'bulk') return bulk(step)
    const [earlier, original] = [at(known, step.pick), at(moves, step.pick)]
    if (step.kind === 'replay' && earlier !== undefined) return replay(earlier)
    if (step.kind === 'altered' && earlier !== undefined && earlier.wish.path.startsWith('/v1/users/')) return alter(earlier)
    if (step.kind === 'reverse' && original !== undefined) return reverse(original, step.share)
  }

  return () => doStep(drawStep(random, userIds))
}

/** A success tells the same (its fields may stand in another order); a refusal has the same code, and a request id of its own. */
function expectSame({ key }: Request, first: Omit<Known, 'wish'>, second: Omit<Known, 'wish'>): void {
  const alike = () => isDeepStrictEqual(JSON.parse(first.text), JSON.parse(second.text))
  if (first.status === second.status && first.code === second.code && (first.code !== '' || alike())) return
  throw new Error(`${key} was answered ${first.status} ${first.text} and then ${second.status} ${second.text}`)
}

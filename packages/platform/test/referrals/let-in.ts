import { platformClock } from '../held-time.ts'
import { carrierPolicy } from './carrier-policy.ts'
import { friends } from './friends.ts'
import { population, type Newcomer, type PopulationWish } from './population.ts'

/** What became of a population that came through the front door. */
export interface Reception {
  readonly people: number
  readonly rewarded: number
  readonly review: number
  readonly refused: number
  /** Of those that were not rewarded, which checks asked for that, and how often. */
  readonly because: Readonly<Record<string, number>>
  /** Refused, or reviewed, by the address and nothing else. */
  readonly addressAlone: number
}

/**
 * Signs up a population with the codes of their friends, at the times at which they come, and reads from the platform what it decided. Its time
 * jumps from one to the next: nobody lives through the hours between.
 */
export async function letIn(wish: Omit<PopulationWish, 'startMs'>): Promise<Reception> {
  const startMs = Date.UTC(2030, 0, 1)
  let nowMs = startMs
  const scene = await friends({ startMs, clock: (held) => Promise.resolve({ ...platformClock(held), now: () => new Date(nowMs) }) })
  try {
    const { app } = scene
    await scene.policy(carrierPolicy)
    const everybody = population({ ...wish, startMs })
    const codes: string[] = []
    const join = async (one: Newcomer): Promise<void> => {
      const { referralCode } = await app.server.users.put({
        userId: one.userId,
        displayName: 'A person',
        email: one.email,
        phone: one.phone,
        signup: { ip: one.ip, deviceId: one.deviceId },
        ...(one.referrer === null ? {} : { referralCode: codes[one.referrer] ?? '' }),
      })
      codes[everybody.indexOf(one)] = referralCode
    }
    await Promise.all(everybody.filter(({ referrer }) => referrer === null).map(join))
    for (const one of everybody.filter(({ referrer }) => referrer !== null)) {
      nowMs = one.atMs
      await join(one)
    }
    const decided = 'select status, reasons, count(*)::integer as count from referrals group by 1, 2'
    return summed(await scene.rows<Decided>(decided))
  } finally {
    await scene.stop()
  }
}

interface Decided {
  readonly status: string
  readonly reasons: readonly { readonly check: string; readonly effect: string }[]
  readonly count: number
}

function summed(rows: readonly Decided[]): Reception {
  const of = (status: string): number => rows.filter((row) => row.status === status).reduce((sum, { count }) => sum + count, 0)
  const because: Record<string, number> = {}
  let addressAlone = 0
  for (const { status, reasons, count } of rows) {
    if (status === 'rewarded') continue
    for (const { check } of reasons.filter(({ effect }) => effect !== 'score')) because[check] = (because[check] ?? 0) + count
    if (status === 'refused' && reasons.some(({ check, effect }) => check === 'address' && effect === 'refuse')) addressAlone += count
  }
  const people = rows.reduce((sum, { count }) => sum + count, 0)
  return { people, rewarded: of('rewarded'), review: of('review'), refused: of('refused'), because, addressAlone }
}

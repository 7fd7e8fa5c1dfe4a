/** Honest people of an Indian town, who bring each other over some days, behind a carrier's few addresses. */
export interface Newcomer {
  readonly userId: string
  readonly atMs: number
  readonly email: string
  readonly phone: string
  readonly deviceId: string
  readonly ip: string
  /** Who brought them: a place in the list, always an earlier one. Null: one of the first, who were there before. */
  readonly referrer: number | null
  /** From opening the link to signing up. */
  readonly formSeconds: number
}

export interface PopulationWish {
  /** Who came by a code. */
  readonly people: number
  readonly addresses: number
  readonly days: number
  readonly seed: number
  readonly startMs: number
}

const first =
  'rahul priya amit neha suresh pooja vikram anjali sanjay kavita deepak sunita ravi meena arjun divya manoj rekha ajay swati nikhil shreya imran fatima joseph mary gurpreet simran venkat lakshmi karthik revathi arun bhavya sachin komal vivek nisha harish geeta'.split(
    ' ',
  )
const last =
  'sharma verma gupta singh kumar patel reddy nair iyer khan das bose ghosh rao yadav mishra joshi desai kulkarni pillai menon naidu chauhan thakur jain agarwal banerjee mehta shetty fernandes'.split(
    ' ',
  )
const domains: readonly (readonly [domain: string, share: number])[] = [
  ['gmail.com', 0.88],
  ['rediffmail.com', 0.03],
  ['yahoo.co.in', 0.03],
  ['outlook.com', 0.03],
  ['icloud.com', 0.02],
  ['privaterelay.appleid.com', 0.005],
  ['acme.co.in', 0.005],
]

/** The same numbers for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const dayMs = 86_400_000
/** How many were there before, for each who comes. */
const foundersShare = 0.05
const fewestFounders = 60
/** How many of those who are brought live, and surf, where their friend does. */
const neighbours = 0.4

/** The list of all, in the order in which they came; founders first. */
export function population({ people, addresses, days, seed, startMs }: PopulationWish): Newcomer[] {
  const roll = dice(seed)
  const below = (limit: number): number => Math.floor(roll() * limit)
  const pick = <T>(list: readonly T[]): T => {
    const one = list[below(list.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }
  const used = new Set<string>()
  const once = (make: () => string): string => {
    for (;;) {
      const value = make()
      // A mailbox, and a number, belongs to one person; dots make no other.
      const key = value.replaceAll('.', '')
      if (!used.has(key)) {
        used.add(key)
        return value
      }
    }
  }
  const domainOf = (): string => {
    let left = roll()
    return domains.find(([, share]) => (left -= share) < 0)?.[0] ?? 'gmail.com'
  }
  const name = (): string => {
    const [given, family, year] = [
      pick(first),
      pick(last),
      String(70 + below(36))
        .padStart(2, '0')
        .slice(-2),
    ]
    const forms = [
      `${given}.${family}${below(1_000)}`,
      `${given}${family}${year}`,
      `${given}${below(10_000)}`,
      `${given[0]}${family}${below(1_000)}`,
    ]
    return `${pick(forms)}@${domainOf()}`
  }
  const founders = Math.max(fewestFounders, Math.round(people * foundersShare))
  // Few bring many: a person's liveliness is spread as incomes are.
  const liveliness: number[] = []
  const places: string[] = Array.from({ length: addresses }, (_, at) => `49.${36 + (at % 8)}.${(at >> 3) % 250}.${1 + at}`)
  const all: Newcomer[] = []
  const times = Array.from({ length: people }, () => startMs + Math.floor(roll() * days * dayMs)).sort((one, other) => one - other)
  for (let at = 0; at < founders + people; at++) {
    const atMs = at < founders ? startMs - 30 * dayMs : (times[at - founders] ?? startMs)
    const referrer = at < founders ? null : friendOf(all, liveliness, atMs, roll)
    const near = referrer === null ? undefined : all[referrer]?.ip
    liveliness.push(Math.min(20, 1 / Math.sqrt(1 - roll() * 0.999)))
    all.push({
      userId: `person-${seed}-${at}`,
      atMs,
      referrer,
      email: once(name),
      phone: once(() => `+91${6 + below(4)}${String(below(1_000_000_000)).padStart(9, '0')}`),
      deviceId: `device-${seed}-${at}`,
      ip: near !== undefined && roll() < neighbours ? near : pick(places),
      formSeconds: 8 + below(600),
    })
  }
  return all
}

/** Somebody lively; half of the time one of those who came lately, and are still full of it. */
function friendOf(all: readonly Newcomer[], liveliness: readonly number[], atMs: number, roll: () => number): number {
  const lately = roll() < 0.5
  for (let tries = 0; tries < 200; tries++) {
    const one = Math.floor(roll() * all.length)
    const fresh = atMs - (all[one]?.atMs ?? 0) < 2 * dayMs
    if (roll() < (liveliness[one] ?? 1) / 20 && (!lately || fresh)) return one
  }
  return Math.floor(roll() * all.length)
}

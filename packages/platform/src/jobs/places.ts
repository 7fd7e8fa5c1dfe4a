interface Waiting {
  readonly turn: number
  readonly start: () => void
}

/** How many tasks are held by one place: those that run, and those that wait here for their turn. */
const heldPerPlace = 8
/** Of the kinds that may hang fewer wait here: another process may be better off. */
const heldPerSlowPlace = 2

/**
 * The places of a process: how many tasks may run at once, and how many may be held, which run or wait for their turn here rather than in the
 * table. Slow kinds get three quarters of the places: one that hangs does not keep the others from running.
 */
export class Places {
  readonly #all: number
  readonly #slow: number
  readonly #isSlow: (kind: string) => boolean
  #running = 0
  #runningSlow = 0
  #held = 0
  #heldSlow = 0
  #turn = 0
  readonly #quickOnes: Waiting[] = []
  readonly #slowOnes: Waiting[] = []

  constructor(all: number, slowKinds: readonly string[]) {
    this.#all = all
    this.#slow = slowKinds.length === 0 ? all : Math.max(1, Math.floor(all * 0.75))
    this.#isSlow = (kind) => slowKinds.includes(kind)
  }

  get held(): number {
    return this.#held
  }

  /** How many to look for, of any kind: as many as can run at once; none before there is room for half of them, so that a look is worth it. */
  get room(): number {
    const left = this.#all * heldPerPlace - this.#held
    return left < this.#all / 2 ? 0 : Math.min(this.#all, left)
  }

  /** How many of them may be of slow kinds. */
  get slowRoom(): number {
    const left = this.#slow * heldPerSlowPlace - this.#heldSlow
    return left < this.#slow / 2 ? 0 : Math.min(this.room, this.#slow, left)
  }

  /** Whether one more of this kind may be held. */
  fits(kind: string): boolean {
    return this.#held < this.#all * heldPerPlace && (!this.#isSlow(kind) || this.#heldSlow < this.#slow * heldPerSlowPlace)
  }

  hold(kind: string): void {
    this.#held++
    if (this.#isSlow(kind)) this.#heldSlow++
  }

  letGo(kind: string): void {
    this.#held--
    if (this.#isSlow(kind)) this.#heldSlow--
  }

  /** Resolves when it is the turn of a task of this kind; whoever came first goes first. */
  enter(kind: string): Promise<void> {
    const isSlow = this.#isSlow(kind)
    return new Promise((start) => {
      ;(isSlow ? this.#slowOnes : this.#quickOnes).push({ turn: this.#turn++, start })
      this.#startNext()
    })
  }

  leave(kind: string): void {
    this.#running--
    if (this.#isSlow(kind)) this.#runningSlow--
    this.#startNext()
  }

  #startNext(): void {
    if (this.#running >= this.#all) return
    const slow = this.#runningSlow < this.#slow ? this.#slowOnes[0] : undefined
    const quick = this.#quickOnes[0]
    const next = slow !== undefined && (quick === undefined || slow.turn < quick.turn) ? slow : quick
    if (next === undefined) return
    this.#running++
    if (next === slow) this.#runningSlow++
    ;(next === slow ? this.#slowOnes : this.#quickOnes).shift()
    next.start()
  }
}

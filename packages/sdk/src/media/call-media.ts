import type { Call, CallSignal, RealtimeEvents } from '../contract/events.ts'
import { ConnectError } from '../http/connect-error.ts'
import type { CallMedia, MediaClient, MediaProblem, MediaState } from './media-types.ts'
import { openMicrophone } from './microphone.ts'
import { onNetworkChange } from './network-changes.ts'
import { openOutbox, type CallProof, type Outbox } from './outbox.ts'
import { openLink, originOf, type PeerLink } from './peer-link.ts'
import { openSpeaker, type Speaker } from './speaker.ts'

type Side = 'caller' | 'callee'
type Ice = Pick<Awaited<ReturnType<MediaClient['calls']['iceServers']>>, 'iceServers' | 'iceTransportPolicy'>

/** How often sound that flows is proved; the platform charges nothing after a gap of more than 6 s. */
const proofMs = 2_000
/** The first proof begins the talk: it does not wait for its turn. */
const firstProofMs = 150
/** An offer without an answer is repeated after this time, a connection that does not come about is begun anew. */
const answerMs = 3_000
const connectMs = 6_000

const newPeer = (): string => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36).padStart(7, '0')).join('')

class TabMedia implements CallMedia {
  readonly peer: string
  #state: MediaState = 'idle'
  #problem: MediaProblem | undefined
  #muted = false
  #closed = false
  readonly #client: MediaClient
  readonly #listeners = new Set<() => void>()
  #stops: (() => void)[] = []
  #microphone: MediaStream | undefined
  #speaker: Speaker | undefined
  #outbox: Outbox | undefined
  #link: PeerLink | undefined
  #asking: Promise<boolean> | undefined
  #ice: Ice = { iceServers: [], iceTransportPolicy: 'relay' }
  #callId = ''
  #side: Side = 'caller'
  /** Peers that are not, or no longer, the other side's; an event that was long on its way may still name them. */
  readonly #former = new Set<string | null>([null])
  #ownFormer: string | null = null
  #other: string | undefined
  /** Which connection of the caller the last offer was about. */
  #origin = ''
  #bytes = 0
  #bytesOfLinksBefore = 0
  #flows = false
  #hasFlowed = false
  #provedAt = 0
  #eagerUntil = 0
  #mendedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #work: Promise<unknown> = Promise.resolve()

  constructor(client: MediaClient, peer: string) {
    this.#client = client
    this.peer = peer
  }

  get state() {
    return this.#state
  }
  get problem() {
    return this.#problem
  }
  get muted() {
    return this.#muted
  }

  on(listener: () => void): () => void {
    const own = () => listener()
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  ask(): Promise<boolean> {
    return (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)))
  }

  async carry(call: Pick<Call, 'id' | 'peers'>): Promise<Call> {
    if (!this.#microphone && !(await this.ask())) throw new ConnectError(this.#problem ?? 'aborted', 'there is no microphone')
    const { realtime } = this.#client
    this.#callId = call.id
    this.#set('connecting', undefined)
    this.#speaker = openSpeaker((isBlocked) => this.#blocked(isBlocked))
    this.#outbox = openOutbox(this.#client, call.id, this.peer)
    const ready = this.#getReady(call)
    // What is told before that waits for its turn.
    this.#next(() => ready)
    this.#stops = [
      this.#outbox.close,
      realtime.on('call.updated', (news) => this.#next(() => this.#see(news))),
      realtime.on('call.signal', (news) => this.#next(() => this.#hear(news))),
      realtime.on('session.snapshot', ({ calls: live }) => this.#reread(live)),
      realtime.onState(() => this.#mendSoon()),
      onNetworkChange(() => this.#next(() => this.#mend(true))),
    ]
    try {
      const record = await ready
      this.#next(() => this.#see(record))
      this.#plan(proofMs)
      return record
    } catch (error) {
      this.close()
      throw error
    }
  }

  mute(muted: boolean): void {
    this.#muted = muted
    for (const track of this.#microphone?.getTracks() ?? []) track.enabled = !muted
    this.#set(this.#state, this.#problem)
  }

  async resumeAudio(): Promise<void> {
    await this.#speaker?.resume()
  }

  close(): void {
    if (this.#closed) return
    this.#outbox?.signal({ kind: 'bye' })
    this.#finish()
  }

  async #ask(): Promise<boolean> {
    // Nobody is asked for the sound of what is over.
    if (this.#closed) return false
    const inCall = () => this.#callId !== ''
    if (!inCall()) this.#set('asking', undefined)
    const microphone = await openMicrophone()
    if (typeof microphone === 'string') {
      if (!this.#closed) this.#set(inCall() ? this.#state : 'failed', microphone)
      return false
    }
    release(this.#closed ? microphone : this.#microphone)
    if (this.#closed) return false
    this.#microphone = microphone
    for (const track of microphone.getTracks()) track.onended = () => this.#unplugged()
    this.mute(this.#muted)
    await this.#link?.replace(microphone)
    this.#set(inCall() ? this.#state : 'idle', undefined)
    return true
  }

  /** What is heard goes on; another microphone may be there to speak through. */
  #unplugged(): void {
    this.#set(this.#state, 'no_microphone')
    void this.ask()
  }

  async #getReady({ id: callId, peers }: Pick<Call, 'id' | 'peers'>): Promise<Call> {
    const { calls } = this.#client
    const known = peers?.caller === this.peer || peers?.callee === this.peer
    const [record, ice] = await Promise.all([
      known ? calls.get({ callId }) : calls.accept({ callId, peer: this.peer }),
      calls.iceServers({ callId }),
    ])
    this.#side = record.peers?.caller === this.peer ? 'caller' : 'callee'
    this.#ownFormer = peers?.[this.#side] ?? null
    this.#ice = ice
    this.#mendedAt = performance.now()
    return record
  }

  #finish(problem?: MediaProblem): void {
    clearTimeout(this.#timer)
    for (const stop of this.#stops.splice(0)) stop()
    this.#link?.close()
    this.#speaker?.close()
    release(this.#microphone)
    this.#link = this.#microphone = undefined
    this.#closed = true
    this.#set(problem ? 'failed' : 'ended', problem)
    this.#listeners.clear()
  }

  #set(state: MediaState, problem: MediaProblem | undefined): void {
    this.#state = state
    this.#problem = problem
    for (const listener of [...this.#listeners]) listener()
  }

  #blocked(isBlocked: boolean): void {
    if (isBlocked) this.#set(this.#state, 'autoplay_blocked')
    else if (this.#problem === 'autoplay_blocked') this.#set(this.#state, undefined)
  }

  /** One thing after the other: descriptions and candidates count by their order. What fails is mended later. */
  #next(job: () => unknown): void {
    this.#work = this.#work.then(() => (this.#closed ? undefined : job())).catch(() => undefined)
  }

  #see(call: Call): unknown {
    if (call.id !== this.#callId) return undefined
    if (call.endedAt) return this.#finish(call.status === 'failed' ? 'media_failed' : undefined)
    const own = call.peers?.[this.#side]
    // Another tab carries the call now. (An event from before this one was named is only late.)
    if (own && own !== this.peer && own !== this.#ownFormer) return this.#finish()
    const other = call.peers?.[this.#side === 'caller' ? 'callee' : 'caller']
    return other ? this.#meet(other) : undefined
  }

  /** A gap in what was told: the call may be over, and signals are lost. */
  #reread(live: readonly Call[]): void {
    const callId = this.#callId
    const known = live.find(({ id }) => id === callId)
    const take = (call: Call) => this.#next(() => this.#see(call))
    if (known) take(known)
    else this.#client.calls.get({ callId }).then(take, () => undefined)
  }

  /** Begins anew with a peer that was not known. */
  async #meet(other: string): Promise<void> {
    if (other === this.#other || this.#former.has(other)) return
    if (this.#other) this.#former.add(this.#other)
    this.#other = other
    if (this.#side === 'caller') await this.#open().offer()
  }

  #open(): PeerLink {
    this.#link?.close()
    this.#bytesOfLinksBefore = this.#bytes
    this.#mendedAt = performance.now()
    const outbox = this.#outbox
    this.#link = openLink({
      ice: this.#ice,
      microphone: this.#microphone ?? new MediaStream(),
      send: (...signals) => outbox?.signal(...signals),
      onSound: (stream) => this.#speaker?.play(stream),
      onState: (state) => {
        if (state === 'connected') this.#hasten()
        else if (state !== 'connecting') this.#mendSoon()
      },
    })
    return this.#link
  }

  async #hear({ callId, from, peer, signals }: RealtimeEvents['call.signal']): Promise<void> {
    if (callId !== this.#callId || from === this.#side || this.#former.has(peer)) return
    // The platform relays only for the other side's present peer, and may say so before it tells of the change itself.
    await this.#meet(peer)
    for (const signal of signals) await this.#follow(signal)
  }

  async #follow(signal: CallSignal): Promise<void> {
    if (signal.kind === 'restart') return this.#mend(true)
    if (signal.kind === 'bye') return this.#show('interrupted')
    if (signal.kind !== 'offer') return this.#link?.take(signal)
    if (this.#side === 'caller') return
    const origin = originOf(signal.sdp)
    const link = this.#link && origin === this.#origin ? this.#link : this.#open()
    this.#origin = origin
    await link.answer(signal.sdp)
  }

  /** The connection stands, and the first packets are on their way. */
  #hasten(): void {
    this.#eagerUntil = performance.now() + proofMs
    this.#plan(firstProofMs)
  }

  #plan(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#tick(), ms)
  }

  async #tick(): Promise<void> {
    const link = this.#link
    const connected = link?.state === 'connected'
    const bytes = this.#bytesOfLinksBefore + ((await link?.bytesReceived().catch(() => 0)) ?? 0)
    if (this.#closed) return
    const flows = connected && bytes > this.#bytes
    const now = performance.now()
    this.#bytes = Math.max(bytes, this.#bytes)
    const media = flows ? 'connected' : this.#hasFlowed ? 'interrupted' : 'connecting'
    if (flows !== this.#flows || now - this.#provedAt > proofMs / 2) {
      this.#provedAt = now
      this.#outbox?.prove({ media, bytesReceived: this.#bytes })
    }
    this.#flows = flows
    this.#hasFlowed ||= flows
    this.#show(media)
    if (!connected) this.#next(() => this.#mend())
    this.#plan(connected && !flows && now < this.#eagerUntil ? firstProofMs : proofMs)
  }

  #show(media: CallProof['media']): void {
    if (media !== this.#state) this.#set(media, this.#problem)
  }

  #mendSoon(): void {
    if (this.#link?.state !== 'connected') this.#next(() => this.#mend(this.#hasFlowed))
  }

  /** Connects again: the caller offers, the callee asks for an offer. */
  async #mend(now = false): Promise<void> {
    const patience = now ? 500 : !this.#link || this.#link.asking ? answerMs : connectMs
    if (performance.now() - this.#mendedAt < patience) return
    if (this.#link?.state === 'connected' && !now) return
    this.#mendedAt = performance.now()
    if (this.#side === 'callee') return this.#outbox?.signal({ kind: 'restart' })
    if (!this.#other) return
    // A connection that has failed for good does not come back by new candidates.
    const link = this.#link && this.#link.state !== 'failed' ? this.#link : this.#open()
    await link.offer()
  }
}

const release = (microphone: MediaStream | undefined): void => {
  for (const track of microphone?.getTracks() ?? []) {
    track.onended = null
    track.stop()
  }
}

export const openCallMedia = (client: MediaClient, peer = newPeer()): CallMedia => new TabMedia(client, peer)

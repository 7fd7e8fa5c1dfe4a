import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { callRelay } from '../../test/call-relay.ts'
import { createCallMedia, ConnectError, type CallMedia } from '../index.ts'

const wait = { timeout: 15_000, interval: 20 }
const open: CallMedia[] = []
const connections: RTCPeerConnection[] = []
const opened: MediaStream[] = []

const RealConnection = RTCPeerConnection
vi.stubGlobal(
  'RTCPeerConnection',
  class extends RealConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      connections.push(this)
    }
  },
)
const askReally = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
const asked: (MediaStreamConstraints | undefined)[] = []
let refusal: DOMException | undefined

beforeEach(() => {
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints) => {
    asked.push(constraints)
    if (refusal) throw refusal
    const stream = await askReally(constraints)
    opened.push(stream)
    return stream
  })
})
afterEach(() => {
  for (const media of open.splice(0)) media.close()
  connections.length = opened.length = asked.length = 0
  refusal = undefined
  vi.restoreAllMocks()
})

type Relay = ReturnType<typeof callRelay>

async function mediaOf(relay: Relay, side: 'caller' | 'callee'): Promise<CallMedia> {
  const media = await createCallMedia(relay.clients[side])
  open.push(media)
  return media
}

/** Both sides carry the call; sound flows both ways. */
async function talk(relay = callRelay()) {
  const caller = await mediaOf(relay, 'caller')
  const callee = await mediaOf(relay, 'callee')
  await caller.carry(relay.call)
  await callee.carry(relay.call)
  await flows(caller, callee)
  return { relay, caller, callee }
}

const flows = async (...sides: CallMedia[]) => {
  for (const side of sides) await expect.poll(() => side.state, wait).toBe('connected')
}

const offersOf = ({ signals }: Relay) => signals.filter(({ kind }) => kind === 'offer').length

async function inbound(pc: RTCPeerConnection | undefined): Promise<{ bytes: number; energy: number }> {
  for (const report of (await pc?.getStats())?.values() ?? []) {
    const { type, bytesReceived = 0, totalAudioEnergy = 0 } = report as RTCInboundRtpStreamStats
    if (type === 'inbound-rtp') return { bytes: bytesReceived, energy: totalAudioEnergy }
  }
  return { bytes: 0, energy: 0 }
}

describe('the sound of a browser call', () => {
  it('flows both ways, asks for speech at a low rate, and is proved by the bytes that came', async () => {
    const { relay, caller, callee } = await talk()
    expect(caller.problem).toBeUndefined()
    for (const pc of connections) {
      const before = await inbound(pc)
      await expect.poll(async () => (await inbound(pc)).bytes, wait).toBeGreaterThan(before.bytes)
      await expect.poll(async () => (await inbound(pc)).energy, wait).toBeGreaterThan(0)
      expect(pc.remoteDescription?.sdp).toMatch(/a=fmtp:\d+ maxaveragebitrate=24000;minptime=10;stereo=0;usedtx=0;useinbandfec=1\r\n/)
      expect(pc.getSenders()[0]?.getParameters().encodings[0]?.maxBitrate).toBe(24_000)
    }
    expect(asked[0]).toMatchObject({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } })
    for (const [side, media] of [
      ['caller', caller],
      ['callee', callee],
    ] as const) {
      await expect.poll(() => relay.proofs[side].filter((proof) => proof.media === 'connected').length, wait).toBeGreaterThan(1)
      const proofs = relay.proofs[side]
      expect(new Set(proofs.map(({ peer }) => peer))).toEqual(new Set([media.peer]))
      const bytes = proofs.filter((proof) => proof.media === 'connected').map((proof) => proof.bytesReceived)
      expect(bytes).toEqual([...new Set(bytes)].sort((a, b) => a - b)) // each more than the one before
      expect(bytes[0]).toBeGreaterThan(0)
    }
    expect(relay.signals.filter(({ from, kind }) => kind === 'offer' && from === 'callee')).toEqual([])
  })

  it('works by requests where only polling does', async () => {
    const relay = callRelay()
    relay.connection('caller', 'polling')
    relay.connection('callee', 'polling')
    await talk(relay)
    expect(new Set(relay.signals.map(({ by }) => by))).toEqual(new Set(['request']))
    await expect.poll(() => relay.proofs.caller.at(-1)?.media, wait).toBe('connected')
  })

  it('tells the other side no address of its own where the two shall meet at a relay', async () => {
    const relay = callRelay({ iceTransportPolicy: 'relay' })
    const [caller, callee] = [await mediaOf(relay, 'caller'), await mediaOf(relay, 'callee')]
    await caller.carry(relay.call)
    await callee.carry(relay.call)
    await expect.poll(() => relay.signals.map(({ kind }) => kind), wait).toContain('answer')
    await expect.poll(() => connections.every(({ iceGatheringState }) => iceGatheringState === 'complete'), wait).toBe(true)
    expect(relay.signals.map(({ kind }) => kind)).not.toContain('candidate')
    for (const { localDescription } of connections) expect(localDescription?.sdp).not.toContain('a=candidate')
  })

  it('begins when the live connection of the one who calls is away at first', async () => {
    const relay = callRelay()
    const caller = await mediaOf(relay, 'caller')
    const callee = await mediaOf(relay, 'callee')
    await caller.carry(relay.call)
    const record = await callee.carry(relay.call)
    relay.connection('caller', 'offline')
    await expect.poll(() => connections.length, wait).toBeGreaterThan(0)
    expect(offersOf(relay)).toBe(0)
    relay.connection('caller', 'open')
    relay.snapshot('caller', [record])
    await flows(caller, callee)
  })

  it('sends silence while muted, so that the time stays proved', async () => {
    const { relay, caller } = await talk()
    caller.mute(true)
    expect(caller.muted).toBe(true)
    expect(opened[0]?.getTracks().map(({ enabled }) => enabled)).toEqual([false])
    const proved = relay.proofs.callee.length
    await expect.poll(() => relay.proofs.callee.length, wait).toBeGreaterThan(proved + 1)
    expect(relay.proofs.callee.slice(proved).map(({ media }) => media)).not.toContain('interrupted')
    caller.mute(false)
    expect(opened[0]?.getTracks().map(({ enabled }) => enabled)).toEqual([true])
  })

  it('begins anew with another tab of the callee, and lets the old one go', async () => {
    const { relay, caller, callee } = await talk()
    const reloaded = await mediaOf(relay, 'callee')
    await reloaded.carry(relay.call)
    await expect.poll(() => callee.state, wait).toBe('ended')
    await expect.poll(() => relay.proofs.callee.some(({ peer, media }) => peer === reloaded.peer && media === 'connected'), wait).toBe(true)
    await flows(caller, reloaded)
  })

  it('begins anew with another tab of the caller', async () => {
    const { relay, caller, callee } = await talk()
    const reloaded = await mediaOf(relay, 'caller')
    await reloaded.carry(relay.call)
    await expect.poll(() => caller.state, wait).toBe('ended')
    await expect.poll(() => relay.proofs.caller.some(({ peer, media }) => peer === reloaded.peer && media === 'connected'), wait).toBe(true)
    await flows(reloaded, callee)
  })

  it('offers fresh candidates when the network is another one, by either side', async () => {
    const { relay, caller, callee } = await talk()
    await new Promise((resolve) => setTimeout(resolve, 600))
    const before = offersOf(relay)
    const sdp = connections[0]?.localDescription?.sdp ?? ''
    dispatchEvent(new Event('online'))
    await expect.poll(() => offersOf(relay), wait).toBeGreaterThan(before)
    await expect.poll(() => relay.signals.some(({ kind }) => kind === 'restart'), wait).toBe(true)
    await expect
      .poll(() => connections[0]?.localDescription?.sdp.match(/ice-ufrag:\S+/)?.[0], wait)
      .not.toBe(sdp.match(/ice-ufrag:\S+/)?.[0])
    expect(connections).toHaveLength(2)
    await flows(caller, callee)
  })

  it('says that it is interrupted when nothing comes any more', async () => {
    const { relay, caller, callee } = await talk()
    callee.close()
    await expect.poll(() => caller.state, wait).toBe('interrupted')
    await expect.poll(() => relay.proofs.caller.at(-1)?.media, wait).toBe('interrupted')
  })

  it('releases everything when the call is over', async () => {
    const { relay, caller, callee } = await talk()
    relay.change({ status: 'completed', endReason: 'caller_hangup', endedAt: '2026-01-05T10:01:00Z' })
    for (const media of [caller, callee]) await expect.poll(() => media.state, wait).toBe('ended')
    expect(opened.flatMap((stream) => stream.getTracks()).map(({ readyState }) => readyState)).toEqual(['ended', 'ended'])
    expect(connections.map(({ connectionState }) => connectionState)).toEqual(['closed', 'closed'])
    expect([relay.listening('caller'), relay.listening('callee')]).toEqual([0, 0])
    const proofs = relay.proofs.caller.length
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(relay.proofs.caller).toHaveLength(proofs)
  })

  it('learns from the API that the call has ended while it heard nothing', async () => {
    const { relay, caller } = await talk()
    relay.connection('caller', 'offline')
    relay.change({ status: 'completed', endReason: 'callee_hangup', endedAt: '2026-01-05T10:01:00Z' })
    relay.connection('caller', 'open')
    relay.snapshot('caller', [])
    await expect.poll(() => caller.state, wait).toBe('ended')
  })

  it('tells that no connection came about', async () => {
    const relay = callRelay()
    const caller = await mediaOf(relay, 'caller')
    await caller.carry(relay.call)
    relay.change({ status: 'failed', endReason: 'provider_error', endedAt: '2026-01-05T10:01:00Z' })
    await expect.poll(() => [caller.state, caller.problem], wait).toEqual(['failed', 'media_failed'])
    expect(opened[0]?.getTracks()[0]?.readyState).toBe('ended')
  })

  it('gives everything back when the call cannot be accepted', async () => {
    const relay = callRelay()
    relay.refuse(new ConnectError('conflict', 'it is over', { status: 409 }))
    const callee = await mediaOf(relay, 'callee')
    await expect(callee.carry(relay.call)).rejects.toMatchObject({ code: 'conflict' })
    expect(callee.state).toBe('ended')
    expect(opened[0]?.getTracks()[0]?.readyState).toBe('ended')
    expect(relay.listening('callee')).toBe(0)
  })
})

describe('the microphone', () => {
  it.each([
    ['NotAllowedError', 'microphone_refused'],
    ['NotFoundError', 'no_microphone'],
    ['OverconstrainedError', 'no_microphone'],
    ['NotReadableError', 'microphone_busy'],
    ['TypeError', 'not_supported'],
  ])('is asked for before the call: %s is %s, and may be asked for again', async (name, problem) => {
    const media = await mediaOf(callRelay(), 'caller')
    const states: string[] = []
    media.on(() => states.push(media.state))
    refusal = new DOMException('no', name)
    expect(await media.ask()).toBe(false)
    expect(states).toEqual(['asking', 'failed'])
    expect(media.problem).toBe(problem)
    await expect(media.carry(callRelay().call)).rejects.toMatchObject({ code: problem })
    refusal = undefined
    expect(await media.ask()).toBe(true)
    expect([media.state, media.problem]).toEqual(['idle', undefined])
  })

  it('is not there on an insecure page, nor in a browser without WebRTC', async () => {
    const media = await mediaOf(callRelay(), 'caller')
    vi.stubGlobal('isSecureContext', false)
    await media.ask()
    expect(media.problem).toBe('insecure_page')
    vi.stubGlobal('isSecureContext', true)
    vi.spyOn(navigator, 'mediaDevices', 'get').mockReturnValue(undefined as never)
    await media.ask()
    expect(media.problem).toBe('not_supported')
  })

  it('is given back when the call is given up while the browser asks', async () => {
    const media = await mediaOf(callRelay(), 'caller')
    const answer = media.ask()
    media.close()
    expect(await answer).toBe(false)
    expect(opened[0]?.getTracks()[0]?.readyState).toBe('ended')
    expect(media.state).toBe('ended')
  })

  it('is asked for no more once the call is given up', async () => {
    const media = await mediaOf(callRelay(), 'caller')
    media.close()
    expect(await media.ask()).toBe(false)
    expect([asked, media.state]).toEqual([[], 'ended'])
  })

  it('that is unplugged in mid-call is replaced by another one without a press', async () => {
    const { relay, caller, callee } = await talk()
    opened[0]?.getTracks()[0]?.dispatchEvent(new Event('ended'))
    expect(caller.problem).toBe('no_microphone')
    await expect.poll(() => caller.problem, wait).toBeUndefined()
    expect(opened).toHaveLength(3)
    const proved = relay.proofs.callee.length
    await expect.poll(() => relay.proofs.callee.length, wait).toBeGreaterThan(proved + 1)
    await flows(caller, callee)
  })
})

describe('playback', () => {
  it('that the browser blocks waits for a press', async () => {
    const play = vi.spyOn(HTMLMediaElement.prototype, 'play').mockRejectedValue(new DOMException('press first', 'NotAllowedError'))
    const { caller } = await talk()
    expect(caller.problem).toBe('autoplay_blocked')
    expect(caller.state).toBe('connected')
    play.mockRestore()
    await caller.resumeAudio()
    expect(caller.problem).toBeUndefined()
  })
})

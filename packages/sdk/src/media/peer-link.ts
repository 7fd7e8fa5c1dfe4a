import type { CallSignal } from '../contract/events.ts'

/** Bits a second of speech: clear, and little enough for a bad mobile network. */
const speechBitrate = 24_000
/** Candidates found within this time go out as one message. */
const gatherMs = 40

export interface LinkParts {
  readonly ice: {
    readonly iceServers: { urls: string[]; username?: string | undefined; credential?: string | undefined }[]
    readonly iceTransportPolicy: RTCIceTransportPolicy
  }
  readonly microphone: MediaStream
  send(...signals: readonly CallSignal[]): void
  onSound(stream: MediaStream): void
  onState(state: RTCPeerConnectionState): void
}

/** One RTCPeerConnection. Who offers never waits for an offer, so that the two never talk at once. */
export interface PeerLink {
  readonly state: RTCPeerConnectionState
  /** Whether an offer of ours waits for its answer. */
  readonly asking: boolean
  /** Offers, with fresh candidates when it was connected before; an offer without an answer is sent again as it was. */
  offer(): Promise<void>
  /** Answers an offer. */
  answer(sdp: string): Promise<void>
  take(signal: CallSignal): Promise<void>
  /** Speaks through another microphone. */
  replace(microphone: MediaStream): Promise<void>
  bytesReceived(): Promise<number>
  close(): void
}

/**
 * What we send asks the other side for speech at a low rate, and for packets in silence too: that they come proves that both are there.
 */
const forSpeech = (sdp: string): string =>
  sdp.replace(/^a=fmtp:\d+ .*useinbandfec=1.*$/gm, `$&;maxaveragebitrate=${speechBitrate};stereo=0;usedtx=0`)

/** Names the connection that a description belongs to: another one begins anew. */
export const originOf = (sdp: string): string => /^o=\S+ \S+/m.exec(sdp)?.[0] ?? ''

// Absent and undefined are the same to a browser, not to its types.
const serverOf = ({ urls, username, credential }: LinkParts['ice']['iceServers'][number]): RTCIceServer =>
  username && credential ? { urls, username, credential } : { urls }

async function audioReceived(pc: RTCPeerConnection): Promise<number> {
  let bytes = 0
  for (const report of (await pc.getStats()).values()) {
    const { type, kind, bytesReceived }: { type?: string; kind?: string; bytesReceived?: number } = report as RTCInboundRtpStreamStats
    if (type === 'inbound-rtp' && kind === 'audio') bytes += bytesReceived ?? 0
  }
  return bytes
}

export function openLink({ ice: { iceServers, iceTransportPolicy }, microphone, send, onSound, onState }: LinkParts): PeerLink {
  const pc = new RTCPeerConnection({ iceServers: iceServers.map(serverOf), iceTransportPolicy, bundlePolicy: 'max-bundle' })
  const senders = microphone.getTracks().map((track) => pc.addTrack(track, microphone))
  let found: CallSignal[] = []
  /** Candidates that came before the description they belong to. */
  let early: RTCIceCandidateInit[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = () => {
    timer = undefined
    send(...found.splice(0))
  }
  pc.onicecandidate = ({ candidate }) => {
    if (!candidate?.candidate) return
    const { sdpMid, sdpMLineIndex } = candidate
    found.push({ kind: 'candidate', candidate: candidate.candidate, sdpMid, sdpMLineIndex })
    timer ??= setTimeout(flush, gatherMs)
  }
  pc.ontrack = ({ streams: [stream], track }) => onSound(stream ?? new MediaStream([track]))
  pc.onconnectionstatechange = () => onState(pc.connectionState)

  const limitRate = async () => {
    for (const sender of senders) {
      const parameters = sender.getParameters()
      for (const encoding of parameters.encodings) encoding.maxBitrate = speechBitrate
      await sender.setParameters(parameters).catch(() => undefined) // an older browser: the description asks for the same
    }
  }
  const describe = async (kind: 'offer' | 'answer', description?: RTCSessionDescriptionInit) => {
    if (pc.signalingState !== 'have-local-offer') {
      found = []
      await pc.setLocalDescription(description)
    }
    // At once: the candidates that follow belong to it.
    send({ kind, sdp: forSpeech(pc.localDescription?.sdp ?? '') })
    await limitRate()
  }
  const hear = async (type: 'offer' | 'answer', sdp: string) => {
    await pc.setRemoteDescription({ type, sdp })
    for (const candidate of early.splice(0)) await add(candidate)
  }
  // One that belongs to an older description is refused, and not missed.
  const add = (candidate: RTCIceCandidateInit) => pc.addIceCandidate(candidate).catch(() => undefined)

  return {
    get state() {
      return pc.connectionState
    },
    get asking() {
      return pc.signalingState === 'have-local-offer'
    },
    offer: async () => describe('offer', await pc.createOffer({ iceRestart: !!pc.remoteDescription })),
    answer: async (sdp) => {
      await hear('offer', sdp)
      await describe('answer')
    },
    take: async (signal) => {
      if (signal.kind === 'answer' && pc.signalingState === 'have-local-offer') await hear('answer', signal.sdp)
      if (signal.kind !== 'candidate') return
      const { candidate, sdpMid, sdpMLineIndex } = signal
      const init = { candidate, sdpMid, sdpMLineIndex }
      if (pc.remoteDescription) await add(init)
      else early = [...early, init]
    },
    replace: async (stream) => {
      for (const sender of senders) await sender.replaceTrack(stream.getAudioTracks()[0] ?? null)
    },
    bytesReceived: () => audioReceived(pc),
    close: () => {
      clearTimeout(timer)
      pc.onicecandidate = pc.ontrack = pc.onconnectionstatechange = null
      pc.close()
    },
  }
}

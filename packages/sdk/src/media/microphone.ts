import type { MediaProblem } from './media-types.ts'

/** Speech on cheap phones: one channel, and what the device can do against echo, noise and shouting. */
const speech: MediaTrackConstraints = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true }

const problems: Readonly<Record<string, MediaProblem>> = {
  NotAllowedError: 'microphone_refused',
  SecurityError: 'microphone_refused',
  NotFoundError: 'no_microphone',
  OverconstrainedError: 'no_microphone',
  NotReadableError: 'microphone_busy',
  AbortError: 'microphone_busy',
}

/** The microphone, or why there is none. */
export async function openMicrophone(): Promise<MediaStream | MediaProblem> {
  // Browsers hide all of it from pages without TLS.
  if (!isSecureContext) return 'insecure_page'
  const devices: Partial<MediaDevices> | undefined = navigator.mediaDevices
  if (!devices?.getUserMedia || !('RTCPeerConnection' in globalThis)) return 'not_supported'
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: speech })
  } catch (error) {
    return (error instanceof DOMException && problems[error.name]) || 'not_supported'
  }
}

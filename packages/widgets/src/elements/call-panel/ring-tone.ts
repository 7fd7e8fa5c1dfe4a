/** Two soft notes, then a pause. In seconds and hertz. */
const notes = [
  { at: 0, pitch: 660 },
  { at: 0.22, pitch: 880 },
]
const everyMs = 2_600
const loudness = 0.07

function ring(context: AudioContext): void {
  for (const { at, pitch } of notes) {
    const start = context.currentTime + at
    const tone = new OscillatorNode(context, { type: 'sine', frequency: pitch })
    const volume = new GainNode(context, { gain: 0 })
    volume.gain.linearRampToValueAtTime(loudness, start + 0.04)
    volume.gain.setTargetAtTime(0, start + 0.18, 0.16)
    tone.connect(volume).connect(context.destination)
    tone.start(start)
    tone.stop(start + 1.2)
  }
}

/** Rings gently until the returned function is called. On a page that nobody has touched yet browsers allow no sound: it stays silent. */
export function startRinging(): () => void {
  if (!navigator.userActivation?.hasBeenActive) return () => undefined
  const context = new AudioContext()
  ring(context)
  const timer = setInterval(() => ring(context), everyMs)
  return () => {
    clearInterval(timer)
    void context.close()
  }
}

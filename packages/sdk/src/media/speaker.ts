/** Plays the other side. `blocked` hears whether the browser waits for a press before it plays anything. */
export interface Speaker {
  play(stream: MediaStream): void
  resume(): Promise<void>
  close(): void
}

export function openSpeaker(blocked: (isBlocked: boolean) => void): Speaker {
  const audio = new Audio()
  const resume = async (): Promise<void> => {
    try {
      await audio.play()
      blocked(false)
    } catch (error) {
      // Anything else is a play that a newer one has replaced.
      if (error instanceof DOMException && error.name === 'NotAllowedError') blocked(true)
    }
  }
  return {
    play: (stream) => {
      audio.srcObject = stream
      void resume()
    },
    resume,
    close: () => {
      audio.pause()
      audio.srcObject = null
    },
  }
}

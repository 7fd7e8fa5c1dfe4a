/** Draws attention to a call that comes in, and gives it back when it is over. */
export interface Attention {
  begin(dialog: HTMLElement, silent: boolean): void
  end(): void
}

/** The element that has the focus, in whatever shadow tree. */
function focused(): Element | null {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  return element
}

const isTyping = (element: Element | null) =>
  element instanceof HTMLElement && (element.isContentEditable || element.matches('input, textarea, select'))

export function incomingAttention(): Attention {
  let dialog: HTMLElement | undefined
  let before: Element | null = null
  let stopRinging: (() => void) | undefined
  let rings = false

  const ring = async () => {
    const { startRinging } = await import('./ring-tone.ts')
    if (rings && !stopRinging) stopRinging = startRinging()
  }
  const hush = () => {
    rings = false
    stopRinging?.()
    stopRinging = undefined
  }

  return {
    begin(next, silent) {
      if (silent) hush()
      else if (!rings) {
        rings = true
        ring().catch(() => undefined) // a ring that cannot be loaded is a silent one
      }
      if (dialog === next) return
      dialog = next
      before = focused()
      // The dialog, not its button: a key that was meant for the page must not answer a call. Nobody is taken out of a text either.
      if (!isTyping(before)) next.focus({ preventScroll: true })
    },
    end() {
      hush()
      if (dialog && focused() === dialog && before instanceof HTMLElement) before.focus({ preventScroll: true })
      dialog = undefined
      before = null
    },
  }
}

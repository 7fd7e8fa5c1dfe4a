/** What is handed to the share sheet of the device. */
export interface Invitation {
  readonly text: string
  readonly url?: string
}

/** Copies by way of a selection, as browsers and pages without a clipboard of their own do. */
function copySelected(text: string, beside: ParentNode): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.ariaHidden = 'true'
  // Where it stands nothing moves, and no phone zooms in on it.
  Object.assign(area.style, { position: 'fixed', top: '0', opacity: '0', fontSize: '16px' })
  beside.append(area)
  area.select()
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way where the clipboard is missing or forbidden
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    area.remove()
  }
}

/** Copies a text; false where nothing can be copied. The focus goes back to who asked. */
export async function copyText(text: string, button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const root = button.getRootNode()
    const copied = copySelected(text, root instanceof ShadowRoot ? root : document.body)
    button.focus({ preventScroll: true })
    return copied
  }
}

/** Whether the device has a share sheet that takes this. */
export const canShare = (invitation: Invitation): boolean => {
  // Not every browser has it, whatever the types say.
  const { share, canShare: takes }: Partial<Navigator> = navigator
  return typeof share === 'function' && (takes?.call(navigator, invitation) ?? true)
}

/** Opens the share sheet. False: it could not be opened; to close it without a choice is nobody's fault. */
export async function openShareSheet(invitation: Invitation): Promise<boolean> {
  try {
    await navigator.share(invitation)
    return true
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError'
  }
}

/** Opens WhatsApp with the invitation written, to whomever is chosen there. */
export const whatsAppLink = ({ text, url = '' }: Invitation): string =>
  `https://wa.me/?text=${encodeURIComponent([text, url].filter(Boolean).join(' '))}`

import { html, render } from 'lit'
import type { KycTexts } from '../../locales/en/kyc.ts'
import type { PictureHint } from './look-at.ts'
import { judge, refuse, shrink, type Prepared } from './shrink.ts'

/** How often the picture is judged while somebody aims. */
const lookMs = 400

/** Shows the camera over the page until a picture is taken; undefined when somebody leaves without one. */
export async function takePicture(root: HTMLElement, texts: KycTexts): Promise<Prepared | undefined> {
  const wish = { facingMode: 'environment', width: { ideal: 2_560 }, height: { ideal: 1_920 } }
  const stream = await navigator.mediaDevices.getUserMedia({ video: wish }).catch(() => refuse('no_camera'))
  const video = Object.assign(document.createElement('video'), { autoplay: true, playsInline: true, muted: true, srcObject: stream })
  const dialog = Object.assign(document.createElement('dialog'), { part: 'camera', ariaLabel: texts.take })
  let timer: ReturnType<typeof setInterval> | undefined
  root.append(dialog)
  try {
    return await new Promise<Prepared | undefined>((resolve, reject) => {
      const leave = () => resolve(undefined)
      const size = () => [video.videoWidth, video.videoHeight] as const
      const shoot = () => video.videoWidth && shrink(video, ...size()).then(resolve, reject)
      const show = (hint?: PictureHint) =>
        render(
          html`${video}
            <p part="guidance" role="status" class="banner">${texts[hint ?? 'steady']}</p>
            <div class="row">
              <button type="button" class="plain" @click=${leave}>${texts.cancel}</button>
              <button type="button" part="shoot" @click=${shoot}>${texts.take}</button>
            </div>`,
          dialog,
        )
      let seen: PictureHint | undefined
      show()
      dialog.onclose = leave
      dialog.showModal()
      timer = setInterval(() => {
        // Taken out of the page, a dialog closes without a word, and the camera would go on.
        if (!dialog.isConnected) return leave()
        if (!video.videoWidth) return
        const hint = judge(video, ...size())
        // Said only when it is seen twice: a screen reader must keep up.
        if (hint === seen) show(hint)
        seen = hint
      }, lookMs)
    })
  } finally {
    clearInterval(timer)
    for (const track of stream.getTracks()) track.stop()
    // Closed, it gives the focus back to where it was.
    dialog.close()
    dialog.remove()
  }
}

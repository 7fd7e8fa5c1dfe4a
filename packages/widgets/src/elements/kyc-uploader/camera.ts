import { html, render } from 'lit'
import type { KycTexts } from '../../locales/en/kyc.ts'
import type { PictureHint } from './look-at.ts'
import { judge, shrink, type Prepared } from './shrink.ts'

/** How often the picture is judged while somebody aims. */
const lookMs = 400
/** As many times in a row a new hint is seen before it is said: a screen reader must keep up. */
const steady = 2

/** No camera, or no leave to use it: a file can be chosen still. */
export class NoCamera extends Error {
  readonly fault = 'noCamera'
}

async function openCamera(): Promise<MediaStream> {
  const wish = { facingMode: 'environment', width: { ideal: 2_560 }, height: { ideal: 1_920 } }
  try {
    return await navigator.mediaDevices.getUserMedia({ video: wish })
  } catch (cause) {
    throw new NoCamera('the camera cannot be used', { cause })
  }
}

/** Says what is wrong with the picture now, and only when it has been so for a moment; ends with the page's interest in it. */
function guide(video: HTMLVideoElement, say: (hint: PictureHint | undefined) => void, leave: () => void): () => void {
  let [seen, times] = [undefined as PictureHint | undefined, 0]
  const timer = setInterval(() => {
    // Taken out of the page, a dialog closes without a word, and the camera would go on.
    if (!video.isConnected) return leave()
    if (!video.videoWidth) return
    const hint = judge(video, video.videoWidth, video.videoHeight)
    times = hint === seen ? times + 1 : 1
    seen = hint
    if (times === steady) say(hint)
  }, lookMs)
  return () => clearInterval(timer)
}

/** Shows the camera over the page until a picture is taken; undefined when somebody leaves without one. */
export async function takePicture(root: DocumentFragment | HTMLElement, texts: KycTexts): Promise<Prepared | undefined> {
  const stream = await openCamera()
  const holder = document.createElement('div')
  root.append(holder)
  let stop = () => {}
  try {
    return await new Promise<Prepared | undefined>((resolve, reject) => {
      const video = () => holder.querySelector('video')
      const shoot = () => {
        const lens = video()
        if (lens?.videoWidth) shrink(lens, lens.videoWidth, lens.videoHeight).then(resolve, reject)
      }
      const show = (hint?: PictureHint) =>
        render(
          html`<dialog part="camera" aria-label=${texts.take} @close=${() => resolve(undefined)} @cancel=${() => resolve(undefined)}>
            <div class="lens">
              <video autoplay playsinline muted .srcObject=${stream}></video>
              <p part="guidance" role="status" class=${hint ? 'banner' : 'fine'}>${hint ? texts[hint] : texts.steady}</p>
            </div>
            <div class="row">
              <button type="button" class="plain" @click=${() => resolve(undefined)}>${texts.cancel}</button>
              <button type="button" part="shoot" @click=${shoot}>${texts.shoot}</button>
            </div>
          </dialog>`,
          holder,
        )
      show()
      holder.querySelector('dialog')?.showModal()
      const lens = video()
      if (lens) stop = guide(lens, show, () => resolve(undefined))
    })
  } finally {
    stop()
    for (const track of stream.getTracks()) track.stop()
    // Closed, it gives the focus back to where it was.
    holder.querySelector('dialog')?.close()
    holder.remove()
  }
}

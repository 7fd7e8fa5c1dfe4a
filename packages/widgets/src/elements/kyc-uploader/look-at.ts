/** What may keep a reviewer from reading a picture: worth another photograph, but not refused. */
export type PictureHint = 'too_dark' | 'too_bright' | 'blurred' | 'cut_off'

/** Pixels of the longer side on which a picture is judged: as many on a cheap phone as on a good one. */
export const lookPixels = 480

const darkest = 60
const brightest = 225
/** Variance of the Laplacian below which print cannot be read. */
const sharpest = 45
/** The outermost part of each side on which nothing of a whole document lies. */
const rim = 0.02
/** As busy as this share of the whole, a rim shows the document itself. */
const busyShare = 0.75
const busyLeast = 6

interface Gray {
  readonly width: number
  readonly height: number
  readonly at: (x: number, y: number) => number
}

function grayOf({ data, width, height }: ImageData): Gray {
  const gray = new Float32Array(width * height)
  // Luma of BT.601, as cameras mean it.
  for (let n = 0; n < gray.length; n++)
    gray[n] = 0.299 * (data[4 * n] ?? 0) + 0.587 * (data[4 * n + 1] ?? 0) + 0.114 * (data[4 * n + 2] ?? 0)
  return { width, height, at: (x, y) => gray[y * width + x] ?? 0 }
}

/** Mean brightness, variance of the Laplacian, and mean steepness, within a rectangle that keeps off the outermost pixels. */
function measure({ width, height, at }: Gray, [left, top, right, bottom]: readonly [number, number, number, number]) {
  let [count, light, sum, squares, steep] = [0, 0, 0, 0, 0]
  for (let y = Math.max(1, Math.floor(top)); y < Math.min(height - 1, bottom); y++) {
    for (let x = Math.max(1, Math.floor(left)); x < Math.min(width - 1, right); x++) {
      const here = at(x, y)
      const bend = 4 * here - at(x - 1, y) - at(x + 1, y) - at(x, y - 1) - at(x, y + 1)
      count += 1
      light += here
      sum += bend
      squares += bend * bend
      steep += Math.abs(at(x + 1, y) - here) + Math.abs(at(x, y + 1) - here)
    }
  }
  const of = (total: number) => total / Math.max(1, count)
  return { light: of(light), sharpness: of(squares) - of(sum) ** 2, steepness: of(steep) }
}

/** The most important thing that is wrong with a picture; undefined: it can be used. */
export function lookAt(picture: ImageData): PictureHint | undefined {
  const gray = grayOf(picture)
  const { width, height } = gray
  const whole = measure(gray, [0, 0, width, height])
  if (whole.light < darkest) return 'too_dark'
  if (whole.light > brightest && whole.steepness < busyLeast) return 'too_bright'
  if (whole.sharpness < sharpest) return 'blurred'
  const band = Math.max(3, Math.round(Math.max(width, height) * rim))
  const rims = [
    [0, 0, band, height],
    [width - band, 0, width, height],
    [0, 0, width, band],
    [0, height - band, width, height],
  ] as const
  const isBusy = (place: (typeof rims)[number]) => measure(gray, place).steepness > Math.max(busyLeast, whole.steepness * busyShare)
  return rims.some(isBusy) ? 'cut_off' : undefined
}

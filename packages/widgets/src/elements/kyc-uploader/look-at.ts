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
  readonly light: Float32Array
}

function grayOf({ data, width, height }: ImageData): Gray {
  const light = new Float32Array(width * height)
  // Luma of BT.601, as cameras mean it.
  for (let n = 0, from = 0; n < light.length; n++, from += 4)
    light[n] = 0.299 * (data[from] ?? 0) + 0.587 * (data[from + 1] ?? 0) + 0.114 * (data[from + 2] ?? 0)
  return { width, height, light }
}

/** Mean brightness, variance of the Laplacian, and mean steepness, within a rectangle that keeps off the outermost pixels. */
function measure({ width, height, light }: Gray, [left, top, right, bottom]: readonly [number, number, number, number]) {
  let [count, total, sum, squares, steep] = [0, 0, 0, 0, 0]
  // Without a function for each pixel: a cheap phone has to look at each of them five times.
  for (let y = Math.max(1, top); y < Math.min(height - 1, bottom); y++) {
    for (let x = Math.max(1, left); x < Math.min(width - 1, right); x++) {
      const n = y * width + x
      const here = light[n] ?? 0
      const east = light[n + 1] ?? 0
      const south = light[n + width] ?? 0
      const bend = 4 * here - (light[n - 1] ?? 0) - east - (light[n - width] ?? 0) - south
      count += 1
      total += here
      sum += bend
      squares += bend * bend
      steep += Math.abs(east - here) + Math.abs(south - here)
    }
  }
  const of = (value: number) => value / Math.max(1, count)
  return { light: of(total), sharpness: of(squares) - of(sum) ** 2, steepness: of(steep) }
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

/** What may keep a reviewer from reading a picture: worth another photograph, but not refused. */
export type PictureHint = 'too_dark' | 'too_bright' | 'blurred' | 'cut_off'

/** Pixels of the longer side on which a picture is judged: as many on a cheap phone as on a good one. */
export const lookPixels = 480

const darkest = 60
const brightest = 225
/** Mean square of the Laplacian below which print cannot be read. */
const sharpest = 45
/** The outermost pixels of each side, on which nothing of a whole document lies. */
const rim = 10
/** As busy as this share of the whole, a rim shows the document itself. */
const busyShare = 0.75
const busyLeast = 6

/** The most important thing that is wrong with a picture; undefined: it can be used. */
export function lookAt({ data, width, height }: ImageData): PictureHint | undefined {
  // Green stands for how light a pixel is: most of it is, and it has the least grain.
  const light = (n: number) => data[n * 4 + 1] ?? 0
  const measure = (left: number, top: number, right: number, bottom: number) => {
    let [total, sharp, steep] = [0, 0, 0]
    const count = (right - left) * (bottom - top)
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) {
        const n = y * width + x
        const [here, east, south] = [light(n), light(n + 1), light(n + width)]
        total += here
        sharp += (4 * here - light(n - 1) - east - light(n - width) - south) ** 2
        steep += Math.abs(east - here) + Math.abs(south - here)
      }
    return [total / count, sharp / count, steep / count] as const
  }
  // Without the outermost pixels, which have no neighbours.
  const [right, bottom] = [width - 1, height - 1]
  const [lightness, sharpness, steepness] = measure(1, 1, right, bottom)
  if (lightness < darkest) return 'too_dark'
  if (lightness > brightest && steepness < busyLeast) return 'too_bright'
  if (sharpness < sharpest) return 'blurred'
  const rims = [
    measure(1, 1, rim, bottom),
    measure(width - rim, 1, right, bottom),
    measure(1, 1, right, rim),
    measure(1, height - rim, right, bottom),
  ]
  return rims.some(([, , rimSteepness]) => rimSteepness > Math.max(busyLeast, steepness * busyShare)) ? 'cut_off' : undefined
}

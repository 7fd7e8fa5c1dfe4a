import { describe, expect, it } from 'vitest'
import { cardPicture } from '../../testing/card-picture.ts'
import { prepare } from './shrink.ts'

const sizeOf = async (blob: Blob) => {
  const { width, height } = await createImageBitmap(blob)
  return [width, height]
}

describe('a photograph', () => {
  it('of twelve megapixels becomes a JPEG of at most 600 KB that can still be read', async () => {
    const photo = await cardPicture({ width: 4_000, height: 3_000 })
    const { file, hint } = await prepare(photo)
    expect([file.type, await sizeOf(file), hint]).toEqual(['image/jpeg', [1_800, 1_350], undefined])
    expect(file.size).toBeLessThanOrEqual(600_000)
  })

  it('full of grain is compressed further, and stays under 600 KB', async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1_800, height: 1_350 })
    const context = canvas.getContext('2d')
    const pixels = context?.getImageData(0, 0, 1_800, 1_350)
    if (!context || !pixels) throw new Error('no canvas')
    let seed = 1
    for (let n = 0; n < pixels.data.length; n++) {
      seed = (seed * 48_271) % 2_147_483_647
      pixels.data[n] = n % 4 === 3 ? 255 : 128 + (seed % 48)
    }
    context.putImageData(pixels, 0, 0)
    const noisy = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 1))
    if (!noisy) throw new Error('no picture')
    expect(noisy.size).toBeGreaterThan(1_000_000)
    const { file } = await prepare(noisy)
    expect(file.size).toBeLessThanOrEqual(600_000)
  })

  it.each(['image/png', 'image/webp', 'image/jpeg'])('of type %s is sent as JPEG, never larger than it was taken', async (type) => {
    const { file } = await prepare(await cardPicture({ width: 1_100, height: 800, type }))
    expect([file.type, await sizeOf(file)]).toEqual(['image/jpeg', [1_100, 800]])
  })

  it.each([
    ['too dark', { light: 0.3 }, 'too_dark'],
    ['blurred', { blur: 8 }, 'blurred'],
    ['cut off', { fills: 1.25 }, 'cut_off'],
    ['as it should be', {}, undefined],
    ['as it should be, and small on the table', { fills: 0.6 }, undefined],
  ] as const)('%s is judged so', async (_, look, hint) => {
    expect((await prepare(await cardPicture(look))).hint).toBe(hint)
  })

  it('in which the print is washed out is too bright', async () => {
    expect((await prepare(await cardPicture({ light: 6 }))).hint).toBe('too_bright')
  })

  it.each([
    ['too few pixels', () => cardPicture({ width: 1_000, height: 760 }), { code: 'image_too_small' }],
    ['no picture in it', async () => new Blob(['not a picture'], { type: 'image/jpeg' }), { name: 'InvalidStateError' }],
    ['nine megabytes of PDF', async () => new Blob([new Uint8Array(9_000_000)], { type: 'application/pdf' }), { code: 'image_too_large' }],
  ])('with %s is refused before anything is sent', async (_, file, refusal) => {
    await expect(prepare(await file())).rejects.toMatchObject(refusal)
  })

  it('that is a PDF goes as it is', async () => {
    const pdf = new Blob(['%PDF-1.7'], { type: 'application/pdf' })
    expect(await prepare(pdf)).toEqual({ file: pdf })
  })
})

interface Look {
  readonly width?: number
  readonly height?: number
  /** How bright the light is: 1 as it should be. */
  readonly light?: number
  /** Blur in pixels. */
  readonly blur?: number
  /** How much of the picture the card fills; above 1 it is cut off. */
  readonly fills?: number
  readonly type?: string
}

/** A photograph of a printed card on a table, with the grain of a cheap camera. */
export async function cardPicture(look: Look = {}): Promise<Blob> {
  const { width = 1_600, height = 1_200, light = 1, blur = 0, fills = 0.8, type = 'image/jpeg' } = look
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  const gray = (value: number) => `rgb(${[value, value, value].map((one) => Math.min(255, Math.round(one * light))).join(',')})`
  context.fillStyle = gray(95)
  context.fillRect(0, 0, width, height)
  context.filter = blur ? `blur(${blur}px)` : 'none'
  const [w, h] = [width * fills, height * fills * 0.85]
  const [x, y] = [(width - w) / 2, (height - h) / 2]
  context.fillStyle = gray(225)
  context.fillRect(x, y, w, h)
  context.fillStyle = gray(40)
  const size = Math.round(h / 14)
  context.font = `600 ${size}px sans-serif`
  for (let row = 1; row < 13; row++)
    context.fillText('INCOME TAX DEPARTMENT GOVT OF INDIA AAAPZ1234C 1990', x + size / 2, y + row * size * 1.05, w - size)
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), type, 0.92))
}

import { randomBytes } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

/** A card on a table: bright enough, with sharp edges. `noise` makes it as large as a photograph. */
export function makePicture(width = 1_600, height = 1_000, wish: { light?: number; noise?: boolean } = {}): Sharp {
  const { light = 1 } = wish
  const tone = (value: number) => Math.round(value * light)
  const line = (index: number) =>
    `<rect x="8%" y="${20 + index * 9}%" width="${30 + ((index * 17) % 40)}%" height="4%" fill="rgb(${tone(20)},${tone(20)},${tone(30)})"/>`
  const card = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="rgb(${tone(170)},${tone(160)},${tone(150)})"/>
    <rect x="4%" y="6%" width="92%" height="88%" fill="rgb(${tone(235)},${tone(235)},${tone(240)})"/>
    ${Array.from({ length: 8 }, (_, index) => line(index)).join('')}</svg>`
  const drawn = sharp(Buffer.from(card))
  if (wish.noise !== true) return drawn
  return sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
}

/** A PNG that says it is so large, and holds next to nothing. */
export function hollowPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const [length, check, body] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.concat([Buffer.from(type), data])]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, check])
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const rows = chunk('IDAT', deflateSync(Buffer.alloc((width + 1) * 64)))
  return Buffer.concat([Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), chunk('IHDR', header), rows, chunk('IEND', Buffer.alloc(0))])
}

/** Runs in a page: print on a card on a table, with the grain of a camera; a JPEG in base64. */
export async function drawCard([width, height]: readonly [number, number]): Promise<string> {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.fillStyle = '#5f5f5a'
  context.fillRect(0, 0, width, height)
  context.fillStyle = '#e6e0d0'
  context.fillRect(width / 8, height / 8, (width * 3) / 4, (height * 3) / 4)
  context.fillStyle = '#222'
  context.font = `${Math.round(height / 26)}px sans-serif`
  for (let n = 0; n < 14; n++) context.fillText('PERMANENT ACCOUNT NUMBER RAVI MENON', width / 7, height / 5 + (n * height) / 22)
  const grain = context.getImageData(0, 0, width, height)
  for (let n = 0, seed = 7; n < grain.data.length; n += 4) {
    seed = (seed * 48_271) % 2_147_483_647
    const more = (seed % 17) - 8
    for (const channel of [0, 1, 2]) grain.data[n + channel] = (grain.data[n + channel] ?? 0) + more
  }
  context.putImageData(grain, 0, 0)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92))
  const bytes = new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** Runs in a page: how large the picture is that is on its way, as the page has kept it. */
export const keptBytes = () =>
  new Promise<number>((resolve) => {
    const opening = indexedDB.open('ihc-kyc')
    opening.onsuccess = () => {
      const asking = opening.result.transaction('ihc-kyc').objectStore('ihc-kyc').getAll()
      asking.onsuccess = () => resolve((asking.result as { file: Blob }[])[0]?.file.size ?? 0)
    }
  })

const largestAnswer = 2 * 1024 * 1024

/** The bytes of an answer, given up where it grows beyond any real one. */
export async function readBytes(response: Response, most: number, tooLarge: () => Error): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > most) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a provider answered: undefined when it was not JSON. `tooLarge` says what comes of an answer beyond `most` bytes. */
export const readAnswer = async (response: Response, tooLarge: () => Error, most = largestAnswer): Promise<unknown> =>
  parsed((await readBytes(response, most, tooLarge)).toString('utf8'))

/**
 * The process that opens what strangers send. It has no settings, no secrets and no network to speak of, may read the program's own files
 * and write none, answers one question at a time, and is killed when that takes too long or too much memory.
 */
import { ContentRefused } from '../port.ts'
import type { Answer, Question } from './protocol.ts'
import { readImage } from './read-image.ts'
import { readPdf } from './read-pdf.ts'

async function answer({ kind, bytes, password, anySize, hide }: Question): Promise<Answer> {
  try {
    return kind === 'pdf' ? await readPdf(bytes, password) : await readImage(bytes, anySize, hide)
  } catch (error) {
    // Whatever a decoder stumbles over is the file's fault: what is not understood is not taken.
    return { refused: error instanceof ContentRefused ? error.code : 'image_unreadable' }
  }
}

process.on('message', (question: Question) => {
  void answer(question).then((given) => process.send?.(given))
})
// Whoever started it has gone.
process.on('disconnect', () => process.exit())
process.send?.('ready')

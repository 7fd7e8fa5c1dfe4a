import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const everyCharacters = 2_000_000

/**
 * Lets a command that goes through all of a ledger keep its memory small. Node makes room for new objects as long as there is any, and
 * collects what has piled up late; pages of rows pile up fast, and the platform runs beside it. Call it with the length of each piece that
 * is done with.
 */
export function spareMemory(): (characters: number) => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  // The first time at once: what loading the program has left behind makes room.
  let written = everyCharacters
  return (characters) => {
    written += characters
    if (written < everyCharacters || typeof collect !== 'function') return
    written = 0
    Reflect.apply(collect, undefined, [])
  }
}

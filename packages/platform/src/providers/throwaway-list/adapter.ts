import { readBytes } from '../read-answer.ts'
import type { ThrowawayList } from './port.ts'

const timeoutMs = 60_000
/** Lists of half a million domains have ten megabytes. */
const mostBytes = 16 * 1024 * 1024

const tooLarge = () => new Error('the list of throwaway domains is larger than any real one')

/** A list as most of them are published: one domain a line; what comes after # is a remark. */
export const createThrowawayList = (url: string): ThrowawayList => ({
  async read() {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    if (!response.ok) throw new Error(`the list of throwaway domains was answered with ${response.status}`)
    const text = (await readBytes(response, mostBytes, tooLarge)).toString('utf8')
    return text
      .split('\n')
      .map((line) => line.replace(/#.*$/, '').trim())
      .filter((line) => line !== '')
  },
})

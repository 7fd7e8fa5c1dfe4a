import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A program of this folder as a process of its own, which speaks in lines of JSON. */
export interface ChildLines {
  next(): Promise<unknown>
  /** One line there, one back. */
  ask(order: object): Promise<unknown>
  stop(): void
}

export function startChild(file: string, ...args: string[]): ChildLines {
  const child = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, file), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next()
    if (done === true || value === undefined) throw new Error(`${file} ended before its time`)
    return JSON.parse(value)
  }
  return {
    next,
    ask(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`)
      return next()
    },
    stop: () => child.stdin.end(),
  }
}

import { fork, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from '../base/logger.ts'
import { ContentRefused, ReaderBusy, type ContentReader, type ReadContent, type ReadFile } from './port.ts'
import type { Answer, Question } from './worker/protocol.ts'

export interface ReaderLimits {
  /** Processes at work at once. */
  readonly processes: number
  /** Files that may wait for one. */
  readonly waiting: number
  /** How long one file may take. */
  readonly timeMs: number
  /** How much memory the process may have meanwhile. */
  readonly memoryBytes: number
  /** After so many files it is ended, and the next one begins anew. */
  readonly files: number
}

export const usualReaderLimits: ReaderLimits = { processes: 2, waiting: 12, timeMs: 20_000, memoryBytes: 1_200 * 1_024 * 1_024, files: 50 }

const program = fileURLToPath(new URL(`./worker/main${extname(import.meta.url)}`, import.meta.url))
const lookEveryMs = 50

interface Worker {
  readonly child: ChildProcess
  /** Its program is loaded. */
  readonly ready: Promise<void>
  files: number
}

interface Waiting {
  readonly file: ReadFile
  readonly settle: (answer: Answer) => void
  readonly fail: (error: Error) => void
}

/** Reads files in processes of their own, started when the first file comes. */
export function createContentReader(logger: Pick<Logger, 'warn'>, limits: ReaderLimits = usualReaderLimits): ContentReader {
  const idle: Worker[] = []
  const queue: Waiting[] = []
  const all = new Set<Worker>()
  let closed = false

  const end = (worker: Worker) => {
    all.delete(worker)
    worker.child.kill('SIGKILL')
  }
  const next = () => {
    while (queue.length > 0 && (idle.length > 0 || all.size < limits.processes)) {
      const worker = idle.pop() ?? start()
      const job = queue.shift()
      if (job !== undefined) void work(worker, job)
    }
  }
  const start = (): Worker => {
    const child = startChild()
    const worker = { child, ready: loaded(child, limits.timeMs), files: 0 }
    // Awaited by the first who needs it.
    worker.ready.catch(() => undefined)
    all.add(worker)
    child.on('exit', () => {
      all.delete(worker)
      const at = idle.indexOf(worker)
      if (at >= 0) idle.splice(at, 1)
    })
    return worker
  }
  const work = async (worker: Worker, { file, settle, fail }: Waiting) => {
    try {
      await worker.ready
    } catch (error) {
      end(worker)
      logger.warn('the process that reads files does not start', { error })
      fail(new ReaderBusy('the process that reads files does not start'))
      return next()
    }
    try {
      settle(await ask(worker.child, file, limits))
      worker.files += 1
    } catch (error) {
      end(worker)
      if (closed) fail(new ReaderBusy('the platform is going down'))
      else {
        logger.warn('a file could not be read within its limits', { error })
        settle({ refused: 'image_unreadable' })
      }
    }
    if (all.has(worker)) {
      if (worker.files < limits.files) idle.push(worker)
      else end(worker)
    }
    next()
  }
  return {
    async read(file) {
      if (closed || queue.length >= limits.waiting) throw new ReaderBusy('too many files wait to be read')
      const answer = await new Promise<Answer>((settle, fail) => {
        queue.push({ file, settle, fail })
        next()
      })
      return contentOf(answer)
    },
    async close() {
      closed = true
      for (const { fail } of queue.splice(0)) fail(new ReaderBusy('the platform is going down'))
      await Promise.all([...all].map(killed))
    },
  }
}

/** Ends a process, and waits until it has ended. */
function killed({ child }: Worker): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  return gone
}

function contentOf(answer: Answer): ReadContent {
  if ('refused' in answer) throw new ContentRefused(answer.refused)
  const pictures = answer.pictures.map(({ bytes, width, height }) => ({
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    width,
    height,
  }))
  return { pictures, hints: answer.hints }
}

const packages = '/node_modules/'

/** Its own program and the packages that it needs: the folders from which it may read. */
function readable(): string[] {
  const { resolve } = createRequire(import.meta.url)
  const homes = ['sharp', '@hyzyla/pdfium'].map((name) => {
    const path = resolve(name)
    return path.slice(0, path.lastIndexOf(packages) + packages.length)
  })
  return [...new Set([fileURLToPath(new URL('./', import.meta.url)), ...homes])]
}

/**
 * With nothing of ours in its environment, and without the right to read our files, to write any, or to start programs. The right holds for
 * JavaScript and WebAssembly; what native code does is bounded by its being another process that knows nothing.
 */
function startChild(): ChildProcess {
  const rights = ['--permission', '--allow-addons', ...readable().map((folder) => `--allow-fs-read=${folder}*`)]
  return fork(program, {
    execArgv: ['--conditions=source', ...rights, '--max-old-space-size=512', '--disable-warning=SecurityWarning'],
    env: { VIPS_WARNING: '0' },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

function loaded(child: ChildProcess, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer)
      child.off('message', yes).off('exit', no).off('error', no)
    }
    const yes = () => {
      done()
      resolve()
    }
    const no = () => {
      done()
      reject(new Error('it ended, or did not begin in time'))
    }
    const timer = setTimeout(no, withinMs)
    child.on('message', yes).on('exit', no).on('error', no)
  })
}

/** One question; fails when the process ends, or when it takes more time or memory than it may. */
function ask(
  child: ChildProcess,
  { kind, bytes, password, anySize = false, hide }: ReadFile,
  { timeMs, memoryBytes }: ReaderLimits,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer)
      clearInterval(look)
      child.off('message', hear).off('exit', gone).off('error', gone)
    }
    const stop = (why: string) => {
      done()
      reject(new Error(why))
    }
    const gone = () => stop('the process ended')
    const hear = (message: unknown) => {
      done()
      // Our own program at the other end; what it read is pixels by now.
      resolve(message as Answer)
    }
    const timer = setTimeout(() => stop('it took too long'), timeMs)
    const look = setInterval(() => {
      void residentBytes(child.pid).then((used) => {
        if (used > memoryBytes) stop('it took too much memory')
      })
    }, lookEveryMs)
    child.on('message', hear).on('exit', gone).on('error', gone)
    const question: Question = { kind, bytes, anySize, ...(password !== undefined && { password }), ...(hide && { hide }) }
    child.send(question, (error) => error && gone())
  })
}

const pageBytes = 4_096

/** Where the system tells it (Linux); elsewhere the limits of pixels, pages and time stand alone. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'latin1').catch(() => '')
  return Number(statm.split(' ')[1] ?? 0) * pageBytes
}

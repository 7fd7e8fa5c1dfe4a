import { ConnectError } from './connect-error.ts'

/** Stops waiting when the signal fires; what was waited for goes on for the others. */
export function abortable<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new ConnectError('aborted', 'the caller gave up', { cause: signal?.reason }))
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop)
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal?.removeEventListener('abort', stop))
  })
}

/** Stops waiting when the signal fires; what was waited for goes on for the others. */
export function abortable<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('aborted', { cause: signal?.reason }))
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop)
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal?.removeEventListener('abort', stop))
  })
}

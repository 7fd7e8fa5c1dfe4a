/** What the environment tells of the network: `check` means that an open connection may be dead without having said so. */
export type PageSignal = 'check' | 'wake'

/**
 * Listens to the page (in Node there is none) and to the clock: a browser shows neither pings nor a half-open connection, and timers
 * that come late mean that the machine slept.
 */
export function pageSignals(asleepMs: number, tell: (signal: PageSignal) => void): () => void {
  const listening = new AbortController()
  const { signal } = listening
  const page: Partial<Pick<EventTarget, 'addEventListener'>> = globalThis
  const check = () => tell('check')
  page.addEventListener?.('online', check, { signal })
  page.addEventListener?.('offline', check, { signal })

  if (typeof document === 'object') {
    let hiddenAt = Date.now()
    document.addEventListener('resume', check, { signal })
    const onVisibility = () => {
      if (document.hidden) hiddenAt = Date.now()
      else tell(Date.now() - hiddenAt > asleepMs ? 'check' : 'wake')
    }
    document.addEventListener('visibilitychange', onVisibility, { signal })
  }

  let tickedAt = Date.now()
  const ticker = setInterval(() => {
    const late = Date.now() - tickedAt > 2 * asleepMs
    tickedAt = Date.now()
    if (late) check()
  }, asleepMs)
  signal.addEventListener('abort', () => clearInterval(ticker))
  return () => listening.abort()
}

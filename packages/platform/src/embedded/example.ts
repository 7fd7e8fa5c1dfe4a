import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'

export interface Example {
  readonly url: string
  stop(): Promise<void>
}

export interface ExampleSettings {
  readonly dir: string
  readonly host: string
  /** The port of the start before, so that an open tab goes on; 0 for none. */
  readonly usualPort: number
  readonly platformUrl: string
  readonly publishableKey: string
  readonly secretKey: string
  /** Where the payment provider's page comes from. */
  readonly checkoutUrl: string
}

/** Starts the example host app, on another port where its usual one is taken by now. Resolves when its page can be opened. */
export function startExample(settings: ExampleSettings): Promise<Example> {
  const { usualPort } = settings
  return usualPort === 0 ? startAt(0, settings) : startAt(usualPort, settings).catch(() => startAt(0, settings))
}

/** What it is: somebody else's process. */
async function startAt(port: number, settings: ExampleSettings): Promise<Example> {
  const child = spawn(
    process.execPath,
    ['--conditions=source', join(import.meta.dirname, 'with-parent.ts'), join(settings.dir, 'server.mjs')],
    {
      cwd: settings.dir,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        HOST: settings.host,
        PORT: String(port),
        CONNECT_URL: settings.platformUrl,
        CONNECT_PUBLISHABLE_KEY: settings.publishableKey,
        CONNECT_SECRET_KEY: settings.secretKey,
        CHECKOUT_URL: settings.checkoutUrl,
      },
    },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await firstUrl(child, ended)
  return {
    url,
    async stop() {
      child.stdin.end()
      child.kill('SIGTERM')
      await ended
    },
  }
}

function firstUrl(child: Pick<ChildProcess, 'stdout'>, ended: Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-4_096)
      const [url] = /https?:\/\/\S+/.exec(printed) ?? []
      if (url !== undefined && printed.includes('\n')) resolve(url)
    })
    void ended.then(() => reject(new Error('the example app ended before it was ready')))
  })
}

/** A port that was free just now, for those who cannot listen on one that is held. */
export function freePort(host: string, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', () => (wanted === 0 ? reject(new Error('no free port')) : resolve(freePort(host, 0))))
    probe.listen(wanted, host, () => {
      const address = probe.address()
      const port = address !== null && typeof address === 'object' ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}

export const portOf = (url: string | undefined): number => (url === undefined || url === '' ? 0 : Number(new URL(url).port))

import { createServer, type ConnectServer } from '@impacthub/sdk/server'
import type { Browser } from 'playwright'
import { forget, startChild, type ChildPlatform } from '../trouble/child-platform.ts'
import { openBrowser } from './browser.ts'

/** All that `./dev start` starts, the host's own server for it, and a browser. */
export interface Stage {
  readonly platform: ChildPlatform
  readonly server: ConnectServer
  readonly browser: Browser
  close(): Promise<void>
}

/** Starts it with more of Chromium's flags; what has been started by then ends where the rest cannot be. */
export async function openStage(...flags: readonly string[]): Promise<Stage> {
  const platform = await startChild()
  const stop = async () => {
    await platform.stop()
    forget(platform.dataDir)
  }
  try {
    const browser = await openBrowser(...flags)
    const close = () => browser.close().finally(stop)
    const { platformUrl: baseUrl, secretKey } = platform.demo
    return { platform, browser, close, server: createServer({ baseUrl, secretKey }) }
  } catch (error) {
    await stop()
    throw error
  }
}

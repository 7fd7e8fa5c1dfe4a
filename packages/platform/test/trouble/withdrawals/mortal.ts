import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { startChild, type ChildPlatform, type ChildSettings } from '../child-platform.ts'

/** A platform that dies where it is told to, and is started again. */
export interface Mortal {
  /** Runs until it has died there, or after so many milliseconds where the point is `any moment`; what went wrong about that. */
  dieAt(point: string, anyMs: number, limitMs: number): Promise<string[]>
  /** Runs on. */
  live(): Promise<void>
  deaths(): number
  stop(): Promise<void>
}

const preload = pathToFileURL(join(import.meta.dirname, 'die-there.ts')).href

export function createMortal(first: ChildPlatform, settings: ChildSettings & { readonly dataDir: string }): Mortal {
  const died = join(settings.dataDir, 'died')
  let platform: ChildPlatform | undefined = first
  let deaths = 0

  /** Undefined: it has died before it was ready, since work that waited for it led there. */
  const startArmed = (point: string): Promise<ChildPlatform | undefined> => {
    const env = { ...settings.env, NODE_OPTIONS: `--import ${preload}`, CONNECT_TEST_DIE_AT: point, CONNECT_TEST_DIED: died }
    return startChild({ ...settings, env }).catch(() => undefined)
  }
  const whereItDied = (): string | undefined => {
    try {
      return readFileSync(died, 'utf8')
    } catch {
      return undefined
    }
  }

  /** As whoever looks after a process does: on a machine that does other things it may end before it is ready, and is started again. */
  const start = async (): Promise<ChildPlatform> => {
    for (let tries = 1; ; tries++) {
      try {
        return await startChild(settings)
      } catch (error) {
        if (tries === 5) throw error
      }
    }
  }

  return {
    async dieAt(point, anyMs, limitMs) {
      await platform?.kill()
      rmSync(died, { force: true })
      deaths++
      if (point === 'any moment') {
        platform = await start()
        await sleep(anyMs)
        return []
      }
      const until = Date.now() + limitMs
      do platform = await startArmed(point)
      while (platform === undefined && whereItDied() === undefined && Date.now() < until)
      if (platform !== undefined) await Promise.race([platform.ended, sleep(until - Date.now(), undefined, { ref: false })])
      return whereItDied() === point ? [] : [`it never came to: ${point}`]
    },
    async live() {
      await platform?.kill()
      platform = await start()
    },
    deaths: () => deaths,
    stop: async () => void (await platform?.stop()),
  }
}

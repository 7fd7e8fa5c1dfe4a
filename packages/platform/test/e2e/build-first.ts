import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** The files of this project start platforms side by side, each of which serves the widgets: they are built before, once. */
export function setup(): void {
  const build = join(import.meta.dirname, '../../../../scripts/build.ts')
  const { status } = spawnSync(process.execPath, [build, '--if-stale'], { stdio: 'inherit' })
  if (status !== 0) throw new Error('the widgets could not be built')
}

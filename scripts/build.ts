/**
 * Builds what is published: types and modules for npm, and the scripts for a script tag.
 * `--if-stale` makes only the latter, and only when a source has changed: `./dev start` calls it each time.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const cdnDir = join(root, 'packages/widgets/dist/cdn')
const stampFile = join(cdnDir, '.stamp')

const sources = [
  'packages/{sdk,widgets}/src/**/*.ts',
  'packages/{sdk,widgets}/package.json',
  'rollup.config.ts',
  'scripts/bundle.ts',
  'package-lock.json',
]

function stampOfSources(): string {
  const hash = createHash('sha256')
  const files = globSync(sources, { cwd: root, exclude: (name) => name.endsWith('.test.ts') || name.endsWith('.stories.ts') })
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

function builtStamp(): string | undefined {
  try {
    return readFileSync(stampFile, 'utf8')
  } catch {
    return undefined
  }
}

/** Builds beside the old scripts and puts the new ones in place at once: a running platform never serves half of a build. */
async function buildForScriptTags(stamp: string): Promise<void> {
  const { rollup } = await import('rollup')
  const { default: config, output, workerBuilds } = await import('../rollup.config.ts')
  const draft = `${cdnDir}.${process.pid}`
  for (const build of [{ config, output }, ...workerBuilds]) {
    const bundle = await rollup(build.config)
    await bundle.write({ ...build.output, dir: draft })
    await bundle.close()
  }
  writeFileSync(join(draft, '.stamp'), stamp)
  mkdirSync(dirname(cdnDir), { recursive: true })
  try {
    // Two that are started together build the same: the scripts of the first stay, for somebody may be loading them.
    if (builtStamp() === stamp) return
    rmSync(cdnDir, { recursive: true, force: true })
    renameSync(draft, cdnDir)
  } catch (error) {
    if (builtStamp() !== stamp) throw error
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function buildForNpm(): void {
  const { status } = spawnSync('tsc', ['-b', 'packages/sdk', 'packages/widgets'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

const stamp = stampOfSources()
if (process.argv.includes('--if-stale')) {
  if (builtStamp() !== stamp) {
    console.error('dev: building the widgets …')
    await buildForScriptTags(stamp)
  }
} else {
  rmSync(join(root, 'packages/widgets/dist'), { recursive: true, force: true })
  rmSync(join(root, 'packages/sdk/dist'), { recursive: true, force: true })
  buildForNpm()
  await buildForScriptTags(stamp)
}

import { join } from 'node:path'
import type { OutputOptions, RollupOptions } from 'rollup'
import { browserInputs, browserPlugins, root, strict } from './scripts/bundle.ts'

/** Where the build for script tags goes: the platform serves this folder. */
export const output: OutputOptions = {
  dir: join(root, 'packages/widgets/dist/cdn'),
  format: 'es',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
}

/** Each widget loads alone; what several share (Lit, the session, the SDK) is in chunks that are named by their content. */
const config: RollupOptions = { ...strict, input: browserInputs(), plugins: browserPlugins(), output }

export default config

import { join } from 'node:path'
import type { RollupOptions } from 'rollup'
import { browserInputs, browserPlugins, root, strict } from './scripts/bundle.ts'

/** Where the build for script tags goes. The platform serves this folder. */
export const cdnDir = join(root, 'packages/widgets/dist/cdn')

/** Each widget loads alone; what several share (Lit, the session, the SDK) is in chunks that are named by their content. */
const config: RollupOptions = {
  ...strict,
  input: browserInputs(),
  plugins: browserPlugins(),
  output: {
    dir: cdnDir,
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  },
}

export default config

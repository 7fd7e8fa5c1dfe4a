import { join } from 'node:path'
import type { OutputOptions, RollupOptions } from 'rollup'
import { browserInputs, browserPlugins, root, strict, workerInput, workerPageInput } from './scripts/bundle.ts'

/** Where the build for script tags goes: the platform serves this folder. */
export const output: OutputOptions = {
  dir: join(root, 'packages/widgets/dist/cdn'),
  format: 'es',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
}

/**
 * The same folder holds what a service worker loads with importScripts, which sets `ihcServiceWorker`, and the module for the page that
 * registers it. Each is one file and shares nothing: most pages have no worker, and should not load more chunks for it.
 */
export const workerBuilds: { config: RollupOptions; output: OutputOptions }[] = [
  {
    config: { ...strict, input: workerInput(), plugins: browserPlugins() },
    output: { ...output, format: 'iife' },
  },
  { config: { ...strict, input: workerPageInput(), plugins: browserPlugins() }, output },
]

/** Each widget loads alone; what several share (Lit, the session, the SDK) is in chunks that are named by their content. */
const config: RollupOptions = { ...strict, input: browserInputs(), plugins: browserPlugins(), output }

export default config

import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terserModule from '@rollup/plugin-terser'
import type { InputOptions, Plugin } from 'rollup'
import esbuild from 'rollup-plugin-esbuild'

// Its types are written for CommonJS, its module is not: what we get is the function itself.
const terser = terserModule as unknown as typeof terserModule.default

/** The folder of the repository. */
export const root = join(import.meta.dirname, '..')

/** Writes style sheets and templates without the comments and the white space that only their readers in the source need. */
function tightSources(): Plugin {
  const tighten = (sheet: string) =>
    sheet
      .replace(/\s+/g, ' ')
      .replace(/ ?([{};,]) ?/g, '$1')
      .replace(/: /g, ':')
  return {
    name: 'tight-sources',
    transform: (code, id) => {
      // Sheets with values put in keep their form: what stands around a value could matter.
      const bare = code.replace(/\bcss`[^`]*`/g, (sheet) => sheet.replace(/\/\*.*?\*\//gs, ''))
      const sheets = bare.replace(/\bcss`[^`$]*`/g, tighten)
      // Of a line's end and what follows it a page shows a space; templates hold nothing else that is written over several lines.
      return { code: /\bhtml`/.test(code) && id.endsWith('.ts') ? sheets.replace(/\n[ \t]+/g, '\n') : sheets, map: null }
    },
  }
}

/**
 * Leaves out how ky counts the bytes of bodies under way. Our transport gives it no listener for them, so none of it ever runs; a bundler
 * cannot see that. Who listens one day takes this out first: a listener would hear nothing.
 */
function withoutProgress(): Plugin {
  const passedOn = 'export const streamResponse = (response) => response; export const streamRequest = (request) => request'
  return {
    name: 'without-progress',
    load: (id) => (/\/ky\/distribution\/utils\/body\.js$/.test(id) ? passedOn : null),
  }
}

/** Everything that ends up in a browser is made by these plug-ins: what sizes.ts measures is what is served. */
export function browserPlugins(): Plugin[] {
  return [
    // 'production' by name: else NODE_ENV decides, and a page that a test starts would get Lit's development build.
    nodeResolve({ browser: true, exportConditions: ['source', 'browser', 'import', 'production', 'default'], extensions: ['.ts', '.js'] }),
    withoutProgress(),
    tightSources(),
    esbuild({ target: 'es2022', sourceMap: true, tsconfig: false }),
    terser({ ecma: 2020, module: true, compress: { passes: 3, unsafe_arrows: true } }),
  ]
}

/** A warning of the bundler is a fault in what we ship. */
export const strict: Pick<InputOptions, 'onwarn'> = {
  onwarn: (warning) => {
    throw new Error(`rollup: ${warning.message}`)
  },
}

/** For service workers that are no modules, as many browsers know no others. */
export const workerInput = (): Record<string, string> => ({
  'ihc-service-worker': join(root, 'packages/sdk/src/service-worker/classic.ts'),
})

/** For the page that registers one, and for workers that are modules. */
export const workerPageInput = (): Record<string, string> => ({ 'service-worker': join(root, 'packages/sdk/src/service-worker.ts') })

/** One script a widget, one with all of them, and the SDK for pages that need no widget. */
export function browserInputs(): Record<string, string> {
  const defines = globSync(['elements/*/*.define.ts', 'session/*.define.ts'], { cwd: join(root, 'packages/widgets/src') })
  const widgets = defines.sort().map((file) => [basename(file, '.define.ts'), join(root, 'packages/widgets/src', file)])
  return {
    ...(Object.fromEntries(widgets) as Record<string, string>),
    ihc: join(root, 'packages/widgets/src/define.ts'),
    sdk: join(root, 'packages/sdk/src/index.ts'),
  }
}

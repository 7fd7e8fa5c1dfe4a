import { brotliCompressSync } from 'node:zlib'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terserModule from '@rollup/plugin-terser'
import { rollup, type OutputChunk } from 'rollup'
import esbuild from 'rollup-plugin-esbuild'
import { beforeAll, expect, it } from 'vitest'

// Its types are written for CommonJS, its module is not: what we get is the function itself.
const terser = terserModule as unknown as typeof terserModule.default

/** What a browser loads before it can do anything, brotli; a widget with Lit has to fit into 15 KB with it. */
const entryLimit = 7_168
const liveLimit = 2_560
/** All of our own that a browser call needs besides. */
const mediaLimit = 4_096

const bundle = async (entry: string): Promise<OutputChunk[]> => {
  const built = await rollup({
    input: new URL(entry, import.meta.url).pathname,
    plugins: [nodeResolve({ extensions: ['.ts', '.js'] }), esbuild({ target: 'es2022' }), terser({ module: true })],
    onwarn: (warning) => expect.fail(warning.message),
  })
  const { output } = await built.generate({ format: 'es' })
  return output.filter((part) => part.type === 'chunk')
}
const weigh = (chunk: OutputChunk | undefined) => brotliCompressSync(chunk?.code ?? '').length

let chunks: OutputChunk[]
/** The entry and what it imports before it does anything. */
const atOnce = (): OutputChunk[] => {
  const entry = chunks.filter(({ isEntry }) => isEntry)
  return [...entry, ...chunks.filter(({ fileName }) => entry.some(({ imports }) => imports.includes(fileName)))]
}
beforeAll(async () => {
  chunks = await bundle('./index.ts')
})

it.each(['./index.ts', './server.ts'])('%s needs neither Node nor zod', async (entry) => {
  const parts = await bundle(entry)
  expect(parts.flatMap(({ imports }) => imports).filter((name) => !parts.some(({ fileName }) => fileName === name))).toEqual([])
  const modules = parts.flatMap((part) => Object.keys(part.modules))
  expect(modules.filter((path) => /zod|schemas\.ts|problems\.ts/.test(path))).toEqual([])
  expect(parts.map(({ code }) => code).join('')).not.toMatch(/\bnode:|\bprocess\.|\brequire\(/)
})

it('leaves the words of the reference to the platform', () => {
  expect(chunks.flatMap((part) => Object.keys(part.modules)).filter((path) => path.endsWith('routes.ts'))).toEqual([])
})

it.each([
  ['the live connection', '/realtime/connection.ts', liveLimit],
  ['the sound of calls', '/media/', mediaLimit],
  ['the upload of documents', '/upload/upload-document.ts', 1_536],
  ['invitations', '/referral/capture.ts', 1_024],
  ['what few pages ask', '/later-areas.ts', 1_024],
])('loads %s apart, when it is needed', (_, path, limit) => {
  const holding = chunks.filter(({ moduleIds }) => moduleIds.some((id) => id.includes(path)))
  expect(holding).toHaveLength(1)
  expect(atOnce().filter((chunk) => holding.includes(chunk))).toEqual([])
  expect(weigh(holding[0])).toBeLessThanOrEqual(limit)
})

it('stays small', () => {
  expect(atOnce().reduce((sum, chunk) => sum + weigh(chunk), 0)).toBeLessThanOrEqual(entryLimit)
})

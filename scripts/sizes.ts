/** Measures what a page downloads, and fails when it is more than promised or contains what has no business in a browser. */
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { rollup, type OutputChunk, type Plugin } from 'rollup'
import { browserInputs, browserPlugins, root, strict, workerInput } from './bundle.ts'

interface Promised {
  name: string
  files: string[]
  limit: number
}

const widgets = join(root, 'packages/widgets/src')
const callButton = [join(widgets, 'session/ihc-session.define.ts'), join(widgets, 'elements/call-button/call-button.define.ts')]
const promises: Promised[] = [
  {
    name: 'call button with session, SDK and Lit',
    files: callButton,
    limit: 15_360,
  },
  { name: 'browser SDK alone', files: [join(root, 'packages/sdk/src/index.ts')], limit: 7_168 },
  { name: 'service worker', files: Object.values(workerInput()), limit: 3_072 },
]

/** A page that loads the given files, and does something itself. */
function page(files: string[], own = ''): Plugin {
  return {
    name: 'page',
    resolveId: (id) => (id === 'page' ? id : null),
    load: (id) =>
      id === 'page'
        ? files
            .map((file) => `export * from ${JSON.stringify(file)}`)
            .concat(own)
            .join('\n')
        : null,
  }
}

async function chunksOf(input: string | Record<string, string>, plugins: Plugin[], chunkFileNames?: string): Promise<OutputChunk[]> {
  const bundle = await rollup({ ...strict, input, plugins: [...plugins, ...browserPlugins()] })
  const { output } = await bundle.generate({ format: 'es', ...(chunkFileNames ? { chunkFileNames } : {}) })
  await bundle.close()
  return output.filter((part): part is OutputChunk => part.type === 'chunk')
}

/** For comparing: the hashes in names compress better or worse by luck, by more than what many a change weighs. */
const chunksCompared = (plugin: Plugin) => chunksOf('page', [plugin], '[name].js')

const compressed = (chunks: OutputChunk[]) => chunks.reduce((sum, { code }) => sum + brotliCompressSync(code).length, 0)

/** What is loaded before the page does anything: the entry and all it imports statically. */
function atOnce(chunks: OutputChunk[]): OutputChunk[] {
  const wanted = chunks.filter(({ isEntry }) => isEntry)
  for (const chunk of wanted) {
    for (const name of chunk.imports) {
      const next = chunks.find(({ fileName }) => fileName === name)
      if (next !== undefined && !wanted.includes(next)) wanted.push(next)
    }
  }
  return wanted
}

async function measure({ name, files, limit }: Promised): Promise<boolean> {
  const [file = '', ...others] = files
  // One file is its own page: of one that exports nothing, a page that only names its exports would keep nothing.
  const chunks = await chunksOf(others.length === 0 ? { page: file } : 'page', [page(files)])
  const size = compressed(atOnce(chunks))
  const later = compressed(chunks) - size
  const fits = size <= limit
  console.log(`${fits ? 'ok  ' : 'FAIL'} ${name}: ${size} of ${limit} bytes (brotli)${later > 0 ? `, ${later} more on demand` : ''}`)
  return fits
}

/** A browser call loads the sound of calls when it begins, and no page loads any of it before. */
async function measureMedia(): Promise<boolean> {
  const limit = 4_096
  const chunks = await chunksOf({ sdk: join(root, 'packages/sdk/src/index.ts') }, [])
  const sound = chunks.filter(({ moduleIds }) => moduleIds.some((id) => id.includes('/sdk/src/media/')))
  const size = compressed(sound)
  const fits = size > 0 && size <= limit && !atOnce(chunks).some((chunk) => sound.includes(chunk))
  console.log(`${fits ? 'ok  ' : 'FAIL'} sound of browser calls, on demand: ${size} of ${limit} bytes (brotli)`)
  return fits
}

interface Beside {
  name: string
  element: string
  limit: number
  /** Files that are loaded when somebody needs them, and not before. */
  later: RegExp
}

const beside: Beside[] = [
  // A page with call buttons sells coins for little more; what a payment needs is loaded when somebody pays.
  { name: 'top-up', element: 'topup', limit: 4_096, later: /\/session\/(topup-acts|razorpay-checkout)\.ts$/ },
  { name: 'invitations', element: 'referral', limit: 4_096, later: /(\/sdk\/src\/referral\/capture|\/referral\/friend-code)\.ts$/ },
]

const definitionOf = (element: string) => join(widgets, `elements/${element}/${element}.define.ts`)

/** What an element adds to a page with call buttons. */
async function measureBeside({ name, element, limit, later }: Beside): Promise<boolean> {
  const before = await chunksCompared(page(callButton))
  const chunks = await chunksCompared(page([...callButton, definitionOf(element)]))
  const size = compressed(atOnce(chunks)) - compressed(atOnce(before))
  const apart = chunks.filter(({ moduleIds }) => moduleIds.some((id) => later.test(id)))
  const more = compressed(apart)
  const fits = size <= limit && more > 0 && more <= limit && !atOnce(chunks).some((chunk) => apart.includes(chunk))
  console.log(`${fits ? 'ok  ' : 'FAIL'} ${name} beside a call button: ${size} of ${limit} bytes (brotli), ${more} more on demand`)
  return fits
}

/**
 * All that the identity check ever brings to a page, at once and on demand together, beyond Lit and the SDK: the page that it is compared with
 * uploads by the SDK too. What the session would load on demand and the identity check needs at once is moved, not added. Not counted are texts
 * in other languages than English: each language is one file for all elements.
 */
async function measureIdentityCheck(): Promise<boolean> {
  const limit = 6_144
  const [session = ''] = callButton
  const file = definitionOf('kyc-uploader')
  const sdk = join(root, 'packages/sdk/src/index.ts')
  const added = async (before: Plugin, after: string[]) => {
    const [was, is] = [await chunksCompared(before), await chunksCompared(page(after))]
    return { first: compressed(atOnce(is)) - compressed(atOnce(was)), all: compressed(is) - compressed(was) }
  }
  const uses = (name: string, from: string) => `import { ${name} } from ${JSON.stringify(from)}; console.log(${name})`
  const { first, all } = await added(page(callButton, uses('uploadDocument', sdk)), [...callButton, file])
  const fits = all <= limit
  console.log(
    `${fits ? 'ok  ' : 'FAIL'} identity check beside a call button: ${all} of ${limit} bytes (brotli) in all, ${first} at once, ${all - first} on demand`,
  )
  const litAndSdk = [uses('LitElement', join(root, 'node_modules/lit/index.js')), uses('createClient', sdk), uses('uploadDocument', sdk)]
  const alone = await added(page([], litAndSdk.join('\n')), [session, file])
  console.log(`     without a call button, with its session: ${alone.first} at once`)
  return fits
}

/** zod validates on the platform; in a page it would weigh more than all the rest. React is the page's own, where it has one. */
async function withoutGuests(): Promise<boolean> {
  const chunks = await chunksOf(browserInputs(), [])
  const found = chunks.filter(({ moduleIds }) => moduleIds.some((id) => /node_modules\/(zod|react|@lit\/react)\//.test(id)))
  console.log(
    found.length === 0 ? 'ok   no zod and no React in any script' : `FAIL guests in ${found.map(({ fileName }) => fileName).join(', ')}`,
  )
  return found.length === 0
}

/** React itself is the page's; which components are for the browser only matters to frameworks. */
const pageWithReact: Plugin = {
  name: 'page-with-react',
  resolveId: (id) => (id === 'react' ? { id, external: true } : null),
  transform: (code) => ({ code: code.replace(/^'use client'\n/, ''), map: null }),
}

/** A page in React is given the elements that it imports and no other, though all come from one entry. */
async function reactOneByOne(): Promise<boolean> {
  const entry = JSON.stringify(join(widgets, 'react/index.ts'))
  const chunks = await chunksOf('page', [page([], `import { IhcPresence } from ${entry}; console.log(IhcPresence)`), pageWithReact])
  const brought = new Set(chunks.flatMap(({ moduleIds }) => moduleIds.flatMap((id) => /\/src\/elements\/([a-z-]+)\//.exec(id)?.[1] ?? [])))
  const fits = [...brought].join() === 'presence'
  console.log(`${fits ? 'ok  ' : 'FAIL'} React: a page with one element is given ${[...brought].join(', ')}`)
  return fits
}

const results = [await withoutGuests(), await reactOneByOne(), await measureMedia()]
for (const one of beside) results.push(await measureBeside(one))
results.push(await measureIdentityCheck())
for (const promised of promises) results.push(await measure(promised))
if (results.includes(false)) process.exitCode = 1

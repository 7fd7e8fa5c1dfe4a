import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { problems } from '@impacthub/sdk/contract'

export interface Page {
  readonly route: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** The readable pages by their path; undefined for every other. */
export type StaticPages = (path: string) => Promise<Page | undefined>

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

const swaggerFiles: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

// Swagger UI starts from a file of ours, so that the page needs no inline script.
const starter = `window.addEventListener('load', () => {
  window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', validatorUrl: null, deepLinking: true, docExpansion: 'list', tryItOutEnabled: false })
})
`

const referencePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ImpactHub Connect: API reference</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

function problemsPage(): string {
  const rows = Object.entries(problems)
    .map(
      ([code, { status, title, remedy }]) =>
        `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td><td>${remedy}</td></tr>`,
    )
    .join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ImpactHub Connect: problem codes</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
@media (max-width: 40rem) {
  thead { display: none }
  tr { display: block; padding: .75rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
  td { display: block; border: 0; padding: .1rem 0 }
}
tr:target { background: color-mix(in srgb, gold 25%, transparent) }
</style>
</head>
<body>
<h1>Problem codes</h1>
<p>Every refusal is <code>application/problem+json</code> (RFC 9457) with one of these codes. Codes are stable; match on them, not on texts.</p>
<table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th><th>What to do</th></tr></thead><tbody>
${rows}
</tbody></table>
</body>
</html>
`
}

/** The OpenAPI document, its readable form and the list of problem codes, all served by us: no page asks another host for anything. */
export function createPages(openApi: string): StaticPages {
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const etag = `"${createHash('sha256').update(openApi).digest('base64url').slice(0, 20)}"`
  const html = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' }
  const script = { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'public, max-age=3600' }
  const listed = problemsPage()
  return async (path) => {
    if (path === '/openapi.json')
      return { route: path, headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache', ETag: etag }, body: openApi }
    if (path === '/docs') return { route: path, headers: html, body: referencePage }
    if (path === '/docs/problems') return { route: path, headers: html, body: listed }
    if (path === '/docs/start.js') return { route: path, headers: script, body: starter }
    const name = path.startsWith('/docs/') ? path.slice('/docs/'.length) : ''
    const type = Object.hasOwn(swaggerFiles, name) ? swaggerFiles[name] : undefined
    if (type === undefined) return undefined
    return {
      route: path,
      headers: { 'Content-Type': type, 'Cache-Control': 'public, max-age=3600' },
      body: await readFile(join(swagger, name)),
    }
  }
}

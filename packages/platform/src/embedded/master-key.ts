import { randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The embedded platform's own master key: made at the first start, beside the database and not in it. */
export async function embeddedMasterKey(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, 'master.key')
  const known = await readFile(path).catch(() => undefined)
  if (known !== undefined && known.length === 32) return known
  const draft = `${path}.${process.pid}`
  await writeFile(draft, randomBytes(32), { mode: 0o600 })
  // Of two starts at once the first wins: link refuses to replace.
  await link(draft, path).catch(() => undefined)
  await rm(draft, { force: true })
  return readFile(path)
}

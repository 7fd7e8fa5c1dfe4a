import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** What a newcomer, a test or a script needs to know of a running embedded platform: `<data dir>/demo.json`, readable by its owner only. */
export const demoFile = z.object({
  platformUrl: z.string(),
  demoUrl: z.string(),
  appId: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  users: z.array(z.object({ userId: z.string(), displayName: z.string(), phone: z.string() })),
  sandboxes: z.object({
    twilio: z.string(),
    exotel: z.string().default(''),
    karza: z.string().default(''),
    signzy: z.string().default(''),
    razorpay: z.string().default(''),
  }),
})

export type Demo = z.output<typeof demoFile>

const pathOf = (dataDir: string) => join(dataDir, 'demo.json')

/** What the start before has left; undefined when there was none or it can't be read. */
export async function readDemo(dataDir: string): Promise<Demo | undefined> {
  try {
    return demoFile.parse(JSON.parse(await readFile(pathOf(dataDir), 'utf8')))
  } catch {
    return undefined
  }
}

/** Whole or not at all: the keys in it are nowhere else. */
export async function writeDemo(dataDir: string, demo: Demo): Promise<void> {
  const draft = `${pathOf(dataDir)}.new`
  await writeFile(draft, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
  await chmod(draft, 0o600)
  await rename(draft, pathOf(dataDir))
}

const peopleFile = z.array(z.object({ userId: z.string(), displayName: z.string(), phone: z.string() }))

/** The people of the example host app, who are the demo's users. */
export async function readPeople(exampleDir: string): Promise<Demo['users']> {
  const people = peopleFile.parse(JSON.parse(await readFile(join(exampleDir, 'people.json'), 'utf8')))
  return people.map(({ userId, displayName, phone }) => ({ userId, displayName, phone }))
}

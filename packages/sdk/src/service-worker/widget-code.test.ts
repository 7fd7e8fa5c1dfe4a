import { afterEach, beforeEach, expect, it } from 'vitest'
import { startWorker } from '../../test/test-worker.ts'

const folder = 'https://cdn.example/ihc'
const entry = `${folder}/ihc.js`
const other = `${folder}/sdk.js`
const chunk = (name: string) => `${folder}/chunks/${name}.js`
const clear = async () => {
  for (const name of await caches.keys()) await caches.delete(name)
}
const builds = async () => (await caches.keys()).filter((name) => name.startsWith('ihc-code:'))

beforeEach(clear)
afterEach(clear)

const start = (settings = {}) => {
  const started = startWorker({ widgets: `${folder}/`, ...settings })
  const script = (text: string, status = 200) => started.network.answers(text, status, 'text/javascript')
  return { ...started, script }
}

it('asks for a chunk once: its name changes with what is in it', async () => {
  const { ask, script, network } = start()
  script('one')
  await ask(chunk('a-1'))
  network.fails()
  expect(await ask(chunk('a-1'))).toMatchObject({ body: 'one' })
  expect([await ask(chunk('b-1')), network.asked]).toEqual([{ lost: true }, 2])
})

it('asks for a script each time, and takes the kept one when there is no network or a slow one', async () => {
  const { ask, script, network, settle, restart, worker, eventOf } = start({ slowMs: 20 })
  script('first')
  await ask(entry)
  script('second')
  expect(await ask(entry)).toMatchObject({ body: 'second' })
  const late = network.answersLate('third')
  const shown = await worker.answer(eventOf(entry))
  expect(await shown?.text()).toBe('second')
  late()
  await settle()
  network.fails()
  expect(await restart().ask(entry)).toMatchObject({ body: '"third"' })
})

it('keeps neither faults nor what is no script of the widgets', async () => {
  const { ask, script, network, worker, eventOf } = start()
  script('not there', 404)
  expect(await ask(chunk('a-1'))).toMatchObject({ status: 404 })
  network.fails()
  expect(await ask(chunk('a-1'))).toEqual({ lost: true })
  for (const url of [`${folder}/ihc.js.map`, 'https://cdn.example/own.js', `${folder}-2/ihc.js`, 'https://evil.example/ihc/ihc.js'])
    expect(worker.answer(eventOf(url))).toBeUndefined()
  expect(worker.answer(eventOf(entry, '', { method: 'POST' }))).toBeUndefined()
})

it('keeps two builds of the widgets: what is still used moves over, what no build needs goes', async () => {
  const { ask, script, network, worker } = start()
  script('build 1')
  for (const url of [entry, other, chunk('a-1'), chunk('b-1')]) await ask(url)
  expect(await builds()).toHaveLength(1)
  // Two scripts of one release begin one new build.
  script('build 2')
  for (const url of [entry, other, chunk('a-1'), chunk('b-2')]) await ask(url)
  expect(await builds()).toHaveLength(2)
  script('build 3')
  for (const url of [entry, other, chunk('a-1')]) await ask(url)
  await worker.activate()
  expect(await builds()).toHaveLength(2)
  network.fails()
  expect(await ask(chunk('b-1'))).toEqual({ lost: true })
  expect(await ask(chunk('a-1'))).toMatchObject({ body: 'build 1' })
  expect(await ask(entry)).toMatchObject({ body: 'build 3' })
})

import { expect, it } from 'vitest'
import { giveSecondChance, unsteadyList } from './second-chance.ts'
import { outcomeOf } from './test-outcome.ts'
import type { FileReport, Report } from './test-report.ts'

const file = (name: string, passed: number, failures: string[] = [], faults: string[] = []): FileReport => ({
  project: 'unit',
  path: `/here/${name}.test.ts`,
  passed,
  failures: failures.map((one) => ({ name: one, why: 'expected 1 to be 2' })),
  faults,
})
const report = (files: FileReport[], more: Partial<Report> = {}): Report => ({ files, strayErrors: [], interrupted: false, ...more })

/** What second runs find, by the file's name; which ones were asked for, in order. */
function second(found: Record<string, Report | undefined>) {
  const asked: string[] = []
  const run = ({ path }: FileReport): Promise<Report | undefined> => {
    const name = path.slice('/here/'.length, -'.test.ts'.length)
    asked.push(name)
    return Promise.resolve(found[name])
  }
  return { asked, run }
}

it('counts as passed what passes when run again, and names it', async () => {
  const first = report([file('a', 3), file('b', 2, ['is steady']), file('c', 4)])
  const { asked, run } = second({ b: report([file('b', 3)]) })
  const after = await giveSecondChance(first, run)
  expect(asked).toEqual(['b'])
  expect(outcomeOf(after.report, 0)).toEqual({ passed: 10, failed: 0 })
  expect(unsteadyList(after.unsteady, '/here').split('\n').slice(1, -2)).toEqual([
    'unsteady: passed only when run again',
    '  unit  b.test.ts',
    '      is steady',
    '        expected 1 to be 2',
  ])
})

it('lets fail what fails twice, as the first run told it', async () => {
  const first = report([file('a', 1, ['is one', 'is two']), file('b', 2, ['is steady'])])
  const { run } = second({ a: report([file('a', 2, ['is two'])]), b: report([file('b', 3)]) })
  const after = await giveSecondChance(first, run)
  expect(outcomeOf(after.report, 0)).toEqual({ passed: 4, failed: 2 })
  expect(after.unsteady.map(({ path }) => path)).toEqual(['/here/b.test.ts'])
})

it('runs a file again that could not be loaded, or whose hook failed', async () => {
  const first = report([file('a', 0, [], ['no such module']), file('b', 2, [], ['afterAll'])])
  const { asked, run } = second({ a: report([file('a', 5)]), b: report([file('b', 2)]) })
  const after = await giveSecondChance(first, run)
  expect(asked).toEqual(['a', 'b'])
  expect(outcomeOf(after.report, 0)).toEqual({ passed: 7, failed: 0 })
  expect(unsteadyList(after.unsteady, '/here')).toContain('outside of any test\n        no such module')
})

it.each([
  ['came to no end', undefined],
  ['found nothing', report([])],
  ['left tests out', report([file('a', 2)])],
  ['ran other files, too', report([file('a', 3), file('b', 1)])],
  ['was interrupted', report([file('a', 3)], { interrupted: true })],
  ['had an error that nobody waited for', report([file('a', 3)], { strayErrors: ['unhandled'] })],
  ['failed outside of its tests', report([file('a', 3, [], ['afterAll'])])],
])('believes no second run that %s', async (_what, again) => {
  const after = await giveSecondChance(report([file('a', 2, ['is steady'])]), second({ a: again }).run)
  expect(outcomeOf(after.report, 0)).toEqual({ passed: 2, failed: 1 })
  expect(after.unsteady).toEqual([])
})

it('takes back no error that belongs to no file', async () => {
  const first = report([file('a', 2, ['is steady'])], { strayErrors: ['unhandled'] })
  const after = await giveSecondChance(first, second({ a: report([file('a', 3)]) }).run)
  expect(outcomeOf(after.report, 0)).toEqual({ passed: 3, failed: 1 })
})

it('runs nothing again where much failed, where the run was interrupted, or where all is well', async () => {
  const { asked, run } = second({})
  const many = Array.from({ length: 6 }, (_, n) => file(String(n), 1, ['is steady']))
  expect((await giveSecondChance(report(many), run)).report).toEqual(report(many))
  await giveSecondChance(report([file('a', 1, ['is steady'])], { interrupted: true }), run)
  expect(await giveSecondChance(report([file('a', 1)]), run)).toEqual({ report: report([file('a', 1)]), unsteady: [] })
  expect(asked).toEqual([])
})

it('lists nothing where nothing is unsteady', () => {
  expect(unsteadyList([], '/here')).toBe('')
})

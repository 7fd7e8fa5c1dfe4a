import { expect, it } from 'vitest'
import { longestCall } from './receiver-limits.ts'

it.each([
  ['nothing set', null, null, 0, 3_600],
  ['an own longest call', 600, null, 0, 600],
  ['an own longest call above the app’s', 7_200, null, 0, 3_600],
  ['a day that is young', null, 1_800, 0, 1_800],
  ['a day of which a part is left', null, 1_800, 1_000, 800],
  ['both', 300, 1_800, 1_000, 300],
  ['a minute left', null, 1_800, 1_740, 60],
  ['less than a minute left', null, 1_800, 1_741, undefined],
  ['nothing left', null, 1_800, 1_800, undefined],
  ['more talked than there was, after the limit was lowered', null, 60, 3_000, undefined],
])('with %s', (_, maxCallSeconds, maxSecondsPerDay, talked, longest) => {
  expect(longestCall({ maxCallSeconds, maxSecondsPerDay }, 3_600, talked)).toBe(longest)
})

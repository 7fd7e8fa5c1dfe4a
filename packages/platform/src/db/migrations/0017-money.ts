import { door } from './0017-money/door.ts'
import { grants } from './0017-money/grants.ts'
import { holds } from './0017-money/holds.ts'
import { moves } from './0017-money/moves.ts'
import { partitions } from './0017-money/partitions.ts'
import { reversals } from './0017-money/reversals.ts'

/** Money that can be proven: what every coin came from, what took it back, and room for ten million entries. */
export const money = `${reversals}${grants}${holds}${partitions}${door}${moves}`

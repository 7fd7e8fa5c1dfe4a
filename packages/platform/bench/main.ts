import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startBenchDatabase } from './bench-database.ts'
import { callCreation } from './call-creation.bench.ts'
import { coinMoves } from './coin-moves.bench.ts'
import { tableOf, type Measurement } from './measurement.ts'
import { growth } from './growth.bench.ts'
import { identityUpload } from './identity-upload.bench.ts'
import { moneyDoor } from './money-door.bench.ts'
import { presenceFanOut } from './presence.bench.ts'
import { referralDecision } from './referral-decision.bench.ts'
import { verifyMemory } from './verify-memory.bench.ts'

/**
 * `npm run bench -- [--rounds 3] [--seconds 5] [--scale 1] [section …]`: ratios against yardsticks that run in the same minutes on the same
 * machine. `growth` and `verify-memory` take long and are only run by their names; `--scale 0.01` makes them a
 * hundredth.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '5' }, scale: { type: 'string', default: '1' } },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const scale = Number(values.scale)
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seconds) || seconds < 1)
  throw new Error('--rounds and --seconds are whole numbers from 1')
if (!(scale > 0 && scale <= 1)) throw new Error('--scale is above 0 and at most 1')

const database = await startBenchDatabase(process.env['PATH'] ?? '')
try {
  const sections: Readonly<Record<string, () => Promise<Measurement[]>>> = {
    'coin-moves': () => coinMoves(database, rounds, seconds),
    'money-door': () => moneyDoor(database, rounds, seconds),
    presence: () => presenceFanOut(database, rounds, seconds),
    'call-creation': () => callCreation(database, rounds, seconds),
    'referral-decision': () => referralDecision(database, rounds, seconds),
    'identity-upload': () => identityUpload(rounds),
    growth: () => growth(database, rounds, seconds, scale),
    'verify-memory': () => verifyMemory(database, scale),
  }
  const chosen =
    positionals.length === 0 ? Object.keys(sections).filter((name) => name !== 'growth' && name !== 'verify-memory') : positionals
  const results: Measurement[] = []
  for (const name of chosen) {
    const section = sections[name]
    if (section === undefined) throw new Error(`there is no section ${name}: choose from ${Object.keys(sections).join(', ')}`)
    process.stderr.write(`${name} …\n`)
    results.push(...(await section()))
  }
  process.stdout.write(`\n${cpus().length} cores, median of ${rounds} rounds of ${seconds} s\n\n${tableOf(results)}\n`)
} finally {
  await database.stop()
}

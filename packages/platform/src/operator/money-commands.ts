import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { timeOf } from '../db/shared-time.ts'
import type { Db } from '../db/connect.ts'
import {
  acceptLate,
  creditByOperator,
  exportBooks,
  freezeBooks,
  releaseBooks,
  reverseByOperator,
  type ExportFormat,
  type OperatorOrder,
} from '../features/ledger-proof/index.ts'
import { misused, parsed, say, withDb, type Command, type CommandGroup, type Here } from './command.ts'
import { ledgerOf, tell } from './ledger-commands.ts'
import { spareMemory } from './spare-memory.ts'

export const moneyCommands: CommandGroup = {
  usage: `
 each of the following is audited, and needs --by NAME (who you are) and --reason TEXT:
  credit APP_ID MODE USER_ID COINS --bucket bonus|purchased|earned --ref TICKET
                       give a user coins, once for each TICKET
  reverse APP_ID MODE TRANSACTION_ID --ref TICKET [--coins COINS]
                       take a transaction back, in whole or in part; what the user no longer has they owe
  freeze-ledger APP_ID MODE
                       let no coins of an app move; reads go on
  release-ledger APP_ID MODE
                       let a frozen app's coins move again, if its books are right
  export-ledger APP_ID MODE [--format csv|jsonl] [--from TIME] [--to TIME] [--out FILE]
                       write all transactions with their entries, to be added up by somebody else
  accept-late APP_ID MODE
                       seal transactions that a clock set back has put into the sealed past`,
  commands: {
    credit: ordered({ bucket: 'text', ref: 'text' }, 4, async (deps, order, { words, needed }) => {
      const [, , hostUserId, coins] = words
      if (hostUserId === undefined || coins === undefined) return misused('a user and a number of coins are needed')
      const wish = { ...order, hostUserId, coins: coinsOf(coins), bucket: bucketOf(needed('bucket')), reference: needed('ref') }
      const { transactionId } = await creditByOperator(deps, wish)
      return say(deps.here, `${coins} coins are credited to ${hostUserId}: ${transactionId}.`)
    }),
    reverse: ordered({ ref: 'text', coins: 'text' }, 3, async (deps, order, { words, needed, text }) => {
      const transactionId = words[2] ?? misused('a transaction is needed')
      const part = text('coins')
      const wish = { ...order, transactionId, reference: needed('ref'), ...(part === undefined ? {} : { coins: coinsOf(part) }) }
      const done = await reverseByOperator(deps, wish)
      return say(
        deps.here,
        `${done.coins} coins of ${transactionId} are taken back by ${done.transactionId}; of these the user owes ${done.owedCoins}.`,
      )
    }),
    'freeze-ledger': ordered({}, 2, async (deps, order) => {
      await freezeBooks(deps, order)
      return say(deps.here, 'The ledger is frozen: no coins move.')
    }),
    'release-ledger': ordered({}, 2, async (deps, order) => {
      const release = await releaseBooks(deps, order)
      if (release.outcome === 'released') return say(deps.here, 'The ledger is released: coins move again.')
      tell(deps.here, release.faults)
      return say(deps.here, 'The books are not right: the ledger stays frozen.', 1)
    }),
    'accept-late': ordered({}, 2, async (deps, order) => {
      const ids = await acceptLate(deps, order)
      return say(deps.here, [...ids, `${ids.length} late transactions are sealed.`].join('\n'))
    }),
    'export-ledger': ordered({ format: 'text', from: 'text', to: 'text', out: 'text' }, 2, async (deps, order, { text }) => {
      const wish = { ...order, format: formatOf(text('format') ?? 'jsonl'), from: timeOption(text('from')), to: timeOption(text('to')) }
      await writing(deps.here.out, text('out'), (write) => exportBooks(deps, wish, write))
      return 0
    }),
  },
}

interface Deps {
  readonly here: Here
  readonly db: Db
  readonly clock: { now(): Date }
}

/** A command by which an operator acts on one ledger: by name, for a reason, at PostgreSQL's time. */
function ordered(
  options: Parameters<typeof parsed>[1],
  mostWords: number,
  work: (deps: Deps, order: OperatorOrder, args: ReturnType<typeof parsed>) => Promise<number>,
): Command {
  return async (args, here) => {
    const typed = parsed(args, { ...options, by: 'text', reason: 'text' }, mostWords)
    const [appId, mode] = ledgerOf(typed.words)
    const order = { appId, mode, by: typed.needed('by'), reason: typed.needed('reason') }
    return withDb(here, async (db) => {
      const now = new Date(await timeOf(db))
      return work({ here, db, clock: { now: () => now } }, order, typed)
    })
  }
}

const coinsOf = (text: string): number => (/^[0-9]{1,16}$/.test(text) ? Number(text) : misused(`not a number of coins: ${text}`))

function bucketOf(text: string): 'bonus' | 'purchased' | 'earned' {
  if (text === 'bonus' || text === 'purchased' || text === 'earned') return text
  return misused(`there is no bucket ${text}: bonus, purchased or earned`)
}

const formatOf = (text: string): ExportFormat =>
  text === 'csv' || text === 'jsonl' ? text : misused(`there is no format ${text}: csv or jsonl`)

/** A day (`2026-03-01`, in UTC) or a time with its zone. A day that no month has is none: `Date` would take it for a later one. */
function timeOption(text: string | undefined): Date | null {
  if (text === undefined) return null
  const day = /^(\d{4}-\d\d-\d\d)(?:T(?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(text)?.[1]
  const time = new Date(text)
  const isTime = day !== undefined && !Number.isNaN(time.getTime()) && time.getTime() >= 0 && isDay(day)
  return isTime ? time : misused(`not a time: ${text}; such as 2026-03-01 or 2026-03-01T12:00:00Z`)
}

function isDay(text: string): boolean {
  const day = new Date(text)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

type Write = (text: string) => Promise<void>

/** Nothing more is made than the reader takes. Into a file ends when the file is written. */
async function writing(standard: Writable, file: string | undefined, work: (write: Write) => Promise<void>): Promise<void> {
  // A file that is there already is somebody's evidence.
  const out = file === undefined ? standard : createWriteStream(file, { flags: 'wx', mode: 0o600 })
  const broken = new AbortController()
  const giveUp = (error: Error): void => broken.abort(error)
  out.on('error', giveUp)
  try {
    const spare = spareMemory()
    await work(async (text) => {
      broken.signal.throwIfAborted()
      spare(text.length)
      if (!out.write(text)) await once(out, 'drain', { signal: broken.signal })
    })
    if (out !== standard) {
      out.end()
      await once(out, 'close', { signal: broken.signal })
    }
    broken.signal.throwIfAborted()
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error
  } finally {
    if (out === standard) out.off('error', giveUp)
  }
}

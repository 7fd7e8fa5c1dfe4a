import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acceptLate, exportBooks, type ExportOrder } from '../../src/features/ledger-proof/index.ts'
import { codeOf, type Person } from '../../src/features/wallet/books.fixture.ts'
import { openSealedBooks, type SealedBooks } from './sealed-books.ts'

const script = join(import.meta.dirname, '../../../../docs/readd-ledger.mjs')
const order = { appId: 'app_one', mode: 'test', by: 'Nila', reason: 'Audit', from: null, to: null }

let books: SealedBooks
let folder: string
let asha: Person
let bela: Person

beforeEach(async () => {
  books = await openSealedBooks()
  folder = await mkdtemp(join(tmpdir(), 'export-'))
  asha = await books.makeUser('asha')
  bela = await books.makeUser('@bela, "the" bold')
  await books.give(asha, 100, { description: '=HYPERLINK("http://evil"),\n"x"' })
  await books.give(bela, 40, { description: '+1', key: '-2' })
  await books.sealAll()
  await books.give(bela, 7, { description: '@sum\r\nentry,txn_fake,,1,1000' })
})
afterEach(async () => {
  await books.close()
  await rm(folder, { recursive: true })
})

async function exported(wish: Partial<ExportOrder> & Pick<ExportOrder, 'format'>): Promise<string> {
  let text = ''
  await exportBooks(books.deps, { ...order, ...wish }, async (piece) => {
    text += piece
  })
  return text
}

interface Outcome {
  readonly code: number
  readonly said: string
}

const run = (command: string, args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(command, [...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    )
  })

async function readd(text: string, ...more: readonly string[]): Promise<Outcome> {
  const file = join(folder, 'ledger.jsonl')
  await writeFile(file, text)
  return run(process.execPath, [script, file, ...more])
}

describe('JSON lines', () => {
  it('are added up, digested and compared with the seals by a stranger’s script', async () => {
    const text = await exported({ format: 'jsonl' })
    const { newest } = (await books.verify()).seals
    expect(await readd(text, newest?.hash ?? '')).toEqual({
      code: 0,
      said: expect.stringMatching(/^3 transactions, 6 entries, 147 coins moved, [1-9] seals: all right\n$/),
    })
    expect(await readd(text, 'f'.repeat(64))).toMatchObject({ code: 1, said: expect.stringContaining('is not in the chain') })
  })

  it('have the seals in the order of the chain, however many there are', async () => {
    while (((await books.verify()).seals.newest?.number ?? 0) < 10) {
      await books.give(asha, 1)
      await books.sealAll()
    }
    const text = await exported({ format: 'jsonl' })
    const numbers = [...text.matchAll(/^\{"seal":(\d+)/gm)].map(([, number]) => Number(number))
    expect(numbers).toEqual(numbers.map((_, place) => place + 1))
    expect(await readd(text)).toMatchObject({ code: 0, said: expect.stringContaining('all right') })
  })

  it('show whatever was changed in them', async () => {
    const text = await exported({ format: 'jsonl' })
    const changes = [
      [',100,{', ',101,{'],
      ['HYPERLINK', 'HYPERLINE'],
      [/\{"id":.*\n/, ''],
      [/\{"end".*\n/, ''],
      ['"balance":47', '"balance":48'],
      [/"hash":"./, '"hash":"x'],
    ] as const
    for (const [from, to] of changes) {
      const changed = text.replace(from, to)
      expect(changed).not.toBe(text)
      expect(await readd(changed)).toMatchObject({ code: 1, said: expect.stringContaining('NOT RIGHT') })
    }
  })

  it('show what was altered in the database after it was sealed, however well it adds up', async () => {
    await books.tamper(["update ledger_transactions set description = 'Bribe' where description like '=HYP%'"])
    expect(await readd(await exported({ format: 'jsonl' }))).toMatchObject({
      code: 1,
      said: expect.stringContaining('what it sealed was other'),
    })
  })

  it('tell of late transactions that an operator has vouched for', async () => {
    books.pass(-10)
    const late = books.newTransactionId()
    books.pass(10)
    await books.sealAll()
    await books.in((tx) => tx.query(books.door(late, asha).text, books.door(late, asha).values))
    await books.sealAll()
    await acceptLate(books.deps, order)
    await books.give(asha, 1)
    await books.sealAll()
    expect(await readd(await exported({ format: 'jsonl' }))).toMatchObject({ code: 0, said: expect.stringMatching(/^5 transactions/) })
    await books.tamper(["update ledger_transactions set created_at = created_at + interval '1 day' where id = $1", late])
    expect(await readd(await exported({ format: 'jsonl' }))).toMatchObject({ code: 1 })
  })

  it('of a time have the transactions of that time', async () => {
    const at = books.now()
    const young = await exported({ format: 'jsonl', from: at })
    expect(young.match(/^\{"id":/gm)).toHaveLength(1)
    expect(await readd(young)).toMatchObject({ code: 0 })
    const old = await exported({ format: 'jsonl', to: at })
    expect(old.match(/^\{"id":/gm)).toHaveLength(2)
    expect(await readd(old)).toMatchObject({ code: 0 })
    expect(await codeOf(exported({ format: 'csv', from: at, to: at }))).toBe('invalid_request')
  })

  it('of an app show no other app', async () => {
    const text = await exported({ format: 'jsonl', appId: 'app_two' })
    expect(text.match(/^\{"(id|account)":/gm)).toBeNull()
    expect(await readd(text)).toMatchObject({ code: 0 })
  })
})

describe('CSV', () => {
  it('has one row a line with as many cells everywhere, and nothing that a spreadsheet would calculate', async () => {
    const lines = (await exported({ format: 'csv' })).trimEnd().split('\n')
    const rows = lines.map(cellsOf)
    expect(new Set(rows.map((cells) => cells.length))).toEqual(new Set([13]))
    const texts = rows.slice(1).flatMap((cells) => cells.filter((_, column) => column !== 3 && column !== 4))
    expect(texts.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([])
    const described = rows.filter(([record]) => record === 'entry').map((cells) => cells.at(-1))
    expect(new Set(described)).toEqual(new Set([`'=HYPERLINK("http://evil"),\\n"x"`, "'+1", "'@sum\\nentry,txn_fake,,1,1000"]))
    expect(rows.find((cells) => cells[7]?.includes('bela'))?.[7]).toBe(`'@bela, "the" bold`)
  })

  it('is added up by a line of awk, whatever people have written into it', async () => {
    const file = join(folder, 'ledger.csv')
    await writeFile(file, await exported({ format: 'csv' }))
    const program =
      '$1=="entry"{n++;s+=$5;t[$2]+=$5;a[$4]+=$5} $1=="balance"{a[$4]-=$5} END{for(i in t)if(t[i])b++;for(i in a)if(a[i])b++;print n,s+0,b+0}'
    expect(await run('awk', ['-F,', program, file])).toEqual({ code: 0, said: '6 0 0\n' })
    const [end, ...others] = (await readFile(file, 'utf8')).trimEnd().split('\n').reverse()
    const sum = await run('sh', ['-c', `head -n -1 '${file}' | sha256sum`])
    expect(end).toContain(`sha256:${sum.said.slice(0, 64)}`)
    expect(others.length).toBeGreaterThan(6)
  })
})

it('is asked for by name and reason, of an app that is there, and leaves its trace first', async () => {
  expect(await codeOf(exported({ format: 'csv', by: '' }))).toBe('invalid_request')
  expect(await codeOf(exported({ format: 'csv', reason: '  ' }))).toBe('invalid_request')
  expect(await codeOf(exported({ format: 'csv', appId: 'app_none' }))).toBe('not_found')
  await exported({ format: 'csv' })
  const { rows } = await books.admin.query("select actor, action, reason, details ->> 'operator' as name from audit")
  expect(rows).toEqual([{ actor: 'operator', action: 'ledger.exported', reason: 'Audit', name: 'Nila' }])
})

it('asks for no more rows than its reader takes', async () => {
  await books.tamper(
    [
      `insert into ledger_transactions (tenant_id, id, type, description, created_at)
       select tenant_id, id || to_char(n, 'FM00000'), type, 'Many', created_at from ledger_transactions, generate_series(1, 1000) n`,
    ],
    [
      `insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins)
       select e.tenant_id, e.transaction_id || to_char(n, 'FM00000'), e.account_id, e.user_id, e.coins from ledger_entries e, generate_series(1, 1000) n`,
    ],
  )
  let taking = 0
  let pieces = 0
  let longest = 0
  await exportBooks(books.deps, { ...order, format: 'csv' }, async (text) => {
    taking++
    expect(taking).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    pieces++
    longest = Math.max(longest, text.length)
    taking--
  })
  expect(pieces).toBeGreaterThan(6)
  expect(longest).toBeLessThan(300_000)
})

/** A row of RFC 4180. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}

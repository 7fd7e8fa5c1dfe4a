// Adds up an exported ledger by itself: node docs/readd-ledger.mjs FILE.jsonl [SEAL_HASH]
// It shares nothing with the platform: whoever does not trust us reads these lines, or writes their own. Needs Node.js 22 or later.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

const [file, wanted] = process.argv.slice(2)
const faults = []
const fault = (text) => faults.length < 100 && faults.push(text)
const sha256 = (text) => createHash('sha256').update(text).digest('hex')
// Coins may be more than a JavaScript number holds exactly: whole numbers are read from the text.
const exactly = (text) => JSON.parse(text, (_key, value, { source }) => (typeof value === 'number' ? BigInt(source) : value))

const whole = createHash('sha256')
const seen = { transactions: 0n, entries: 0n, coins: 0n, sum: 0n }
const accounts = [] // { id, digest, balance }
const sums = new Map() // account id → sum of its entries
const seals = []
const late = new Map() // transaction id → its digest, of those that late seals have
let head, end
let lastId = ''

function takeAccount(line) {
  const { account, balance } = exactly(line)
  // What is sealed of an account are its first four fields.
  accounts.push({ id: account, digest: sha256(`${line.slice(0, line.indexOf(',"hostUser":'))}}`), balance })
}

function takeSeal(line) {
  const seal = JSON.parse(line)
  const { entries, coins, upToAccount } = exactly(line)
  seals.push({ ...seal, entries, coins, upToAccount: BigInt(upToAccount) })
  for (const id of seal.late ?? []) late.set(id, undefined)
}

function takeTransaction(line) {
  const { id, entries } = exactly(line)
  let sum = 0n
  for (const [account, , coins] of entries) {
    sum += coins
    if (coins > 0n) seen.coins += coins
    sums.set(account, (sums.get(account) ?? 0n) + coins)
    seen.entries++
  }
  if (sum !== 0n || entries.length === 0) fault(`transaction ${id}: its entries sum to ${sum}`)
  if (id <= lastId) fault(`transaction ${id}: not in order`)
  lastId = id
  seen.sum += sum
  seen.transactions++
  const digest = sha256(line)
  if (late.has(id)) late.set(id, digest)
  else giveToSeal(id, digest)
}

// Each seal's text is made again as the transactions of its range come by. Only a whole export has all that a seal needs.
let open // { index, hash }
let nextAccount = 0

function beginSeal(index) {
  const seal = seals[index]
  const hash = createHash('sha256')
  open = { index, hash }
  if (seal === undefined) return
  hash.update(`ledger seal 1\napp ${head.ledger} ${head.mode}\nnumber ${seal.seal}\nprevious ${seal.previous}\nkind ${seal.kind}\n`)
  hash.update(`at ${seal.sealedAt}\nup to ${seal.upTo}\nup to account ${seal.upToAccount}\n`)
  hash.update(`accounts ${seal.accounts}\ntransactions ${seal.transactions}\nentries ${seal.entries}\ncoins ${seal.coins}\n`)
  if (seal.kind === 'late') return
  for (; accounts[nextAccount] !== undefined && accounts[nextAccount].id <= seal.upToAccount; nextAccount++)
    hash.update(`account ${accounts[nextAccount].id} ${accounts[nextAccount].digest}\n`)
}

const lateSeals = [] // they are ended when all transactions have come by

function endSeal() {
  const seal = seals[open.index]
  if (seal.kind === 'late') lateSeals.push({ seal, hash: open.hash })
  else judge(seal, open.hash)
  beginSeal(open.index + 1)
}

function judge(seal, hash) {
  if (hash.digest('hex') !== seal.hash) fault(`seal ${seal.seal}: what it sealed was other than what is exported`)
}

function giveToSeal(id, digest) {
  if (!isWhole()) return
  if (open === undefined) beginSeal(0)
  while (seals[open.index] !== undefined && (seals[open.index].kind === 'late' || seals[open.index].upTo < id)) endSeal()
  open.hash.update(`transaction ${id} ${digest}\n`)
}

const isWhole = () => head.from === null && head.to === null

for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
  if (end !== undefined) fault('there is more behind the end')
  if (line.startsWith('{"end":')) {
    end = exactly(line)
    continue
  }
  whole.update(`${line}\n`)
  if (head === undefined) head = JSON.parse(line)
  else if (line.startsWith('{"id":')) takeTransaction(line)
  else if (line.startsWith('{"account":')) takeAccount(line)
  else takeSeal(line)
}

if (isWhole()) {
  if (open === undefined) beginSeal(0)
  while (seals[open.index] !== undefined) endSeal()
  for (const { seal, hash } of lateSeals) {
    for (const id of seal.late) hash.update(`transaction ${id} ${late.get(id)}\n`)
    judge(seal, hash)
  }
  for (const { id, balance } of accounts)
    if (balance !== (sums.get(id) ?? 0n)) fault(`account ${id}: balance ${balance}, its entries sum to ${sums.get(id) ?? 0n}`)
}
for (const [index, seal] of seals.entries())
  if (index > 0 && seal.previous !== seals[index - 1].hash) fault(`seal ${seal.seal}: does not follow the one before it`)
if (wanted !== undefined && !seals.some(({ hash }) => hash === wanted)) fault(`the seal ${wanted} is not in the chain`)
if (end === undefined) fault('the export is not whole: it has no end')
else {
  if (end.sha256 !== whole.digest('hex')) fault('the file is other than what was written')
  for (const [name, value] of Object.entries(seen))
    if (end[name] !== value) fault(`${name}: the end says ${end[name]}, added up are ${value}`)
}

for (const text of faults) console.error(text)
const verdict = faults.length === 0 ? 'all right' : 'NOT RIGHT'
console.log(`${seen.transactions} transactions, ${seen.entries} entries, ${seen.coins} coins moved, ${seals.length} seals: ${verdict}`)
process.exitCode = faults.length === 0 ? 0 : 1

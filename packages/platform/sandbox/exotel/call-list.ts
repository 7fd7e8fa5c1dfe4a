import type { Answer } from '../kit/listen.ts'
import { answer, refuse } from './api-error.ts'
import { type ApiRequest, wholeNumber } from './api-request.ts'
import { type Call, callStatuses, isOver } from './call.ts'
import { fromIst } from './ist.ts'
import { toE164 } from './phone-number.ts'
import { presentCall } from './present-call.ts'
import type { World } from './world.ts'

const DAY_MS = 86_400_000
const KEPT_DAYS = 183
const LONGEST_RANGE_DAYS = 31
const MAX_SIDS = 100
const MAX_NUMBERS = 5

type Test = (call: Call) => boolean

/** `GET /Calls`, newest first: calls that are over, as the documentation says, unless the sandbox is told otherwise. */
export function listCalls(world: World, request: ApiRequest): Answer {
  const { query, format } = request
  const tests: Test[] = [
    (call) => isOver(call) || world.settings.listsOngoingCalls,
    sidTest(query),
    createdTest(query, world.clock.now()),
    numberTest(query, 'From', (call) => call.from),
    numberTest(query, 'To', (call) => call.to),
    numberTest(query, 'PhoneNumber', (call) => call.exophone),
    wordTest(query, 'Status', callStatuses, (call) => call.status),
    wordTest(query, 'Direction', ['inbound', 'outbound-dial', 'outbound-api'], (call) => call.direction),
  ]
  const found = [...world.store.calls.all.values()].filter((call) => tests.every((test) => test(call)))
  const page = pageOf(world, request, isAscending(query) ? found : found.reverse())
  const calls = page.items.map((call) => presentCall(world, call, query.get('details') === 'true'))
  return format === 'json'
    ? answer(format, 200, { Metadata: page.metadata, Calls: calls })
    : answer(format, 200, { Metadata: page.metadata, Calls: calls.map((call) => ({ Call: call })) })
}

function sidTest(query: URLSearchParams): Test {
  const text = query.get('Sid') ?? ''
  if (text === '') return () => true
  const sids = text.split(',').map((sid) => sid.trim())
  if (sids.length > MAX_SIDS) refuse(`Invalid Sid: at most ${MAX_SIDS} at a time`)
  return (call) => sids.includes(call.sid)
}

/** `gte:2019-01-01 00:00:00;lte:2019-01-31 23:59:59`; without it the last 31 days. */
function createdTest(query: URLSearchParams, nowMs: number): Test {
  const bounds: { gte: number | undefined; lte: number | undefined } = { gte: undefined, lte: undefined }
  const text = query.get('DateCreated') ?? ''
  for (const part of text === '' ? [] : text.split(';')) {
    const [, operator = '', time = ''] = /^(gte|lte):(.+)$/.exec(part.trim()) ?? []
    const ms = fromIst(time)
    if ((operator !== 'gte' && operator !== 'lte') || ms === undefined) return refuse('Invalid DateCreated: gte:YYYY-MM-DD HH:mm:ss;lte:…')
    bounds[operator] = ms
  }
  const to = bounds.lte ?? nowMs
  const from = bounds.gte ?? to - LONGEST_RANGE_DAYS * DAY_MS
  if (to - from > LONGEST_RANGE_DAYS * DAY_MS) refuse('Invalid DateCreated: the range must not be longer than one month')
  if (from < nowMs - KEPT_DAYS * DAY_MS) refuse('Invalid DateCreated: records are kept for six months')
  // Times are compared as they are written, in whole seconds.
  const second = (ms: number): number => Math.floor(ms / 1_000)
  return (call) => second(call.createdAtMs) >= second(from) && second(call.createdAtMs) <= second(to)
}

function numberTest(query: URLSearchParams, name: string, of: (call: Call) => string | undefined): Test {
  const text = query.get(name) ?? ''
  if (text === '') return () => true
  // An unescaped plus arrives as a space.
  const numbers = text.split(',').map((one) => toE164(one.startsWith(' ') ? `+${one.trim()}` : one) ?? one)
  if (numbers.length > MAX_NUMBERS) refuse(`Invalid ${name}: at most ${MAX_NUMBERS} at a time`)
  return (call) => numbers.includes(of(call) ?? '')
}

function wordTest(query: URLSearchParams, name: string, known: readonly string[], of: (call: Call) => string): Test {
  const text = query.get(name) ?? ''
  if (text === '') return () => true
  const wanted = text.split(',').map((word) => word.trim())
  const unknown = wanted.find((word) => !known.includes(word))
  if (unknown !== undefined) refuse(`Invalid ${name}: ${unknown.slice(0, 40)}`)
  return (call) => wanted.includes(of(call))
}

function isAscending(query: URLSearchParams): boolean {
  const text = query.get('SortBy') ?? 'DateCreated:desc'
  return ['DateCreated:asc', 'DateCreated:desc'].includes(text) ? text.endsWith('asc') : refuse(`Invalid SortBy: ${text.slice(0, 40)}`)
}

interface Page {
  readonly items: readonly Call[]
  readonly metadata: Record<string, unknown>
}

/** A cursor names the call it stands at, so that new calls do not shift the pages. */
function pageOf(world: World, { query, path, format }: ApiRequest, all: readonly Call[]): Page {
  const size = wholeNumber(query, 'PageSize', 1, 100) ?? 50
  const after = query.get('After')
  const before = query.get('Before')
  const placeOf = (cursor: string): number => {
    const place = all.findIndex((call) => call.sid === cursor)
    return place < 0 ? refuse('Invalid cursor') : place
  }
  const start = after !== null ? placeOf(after) + 1 : before !== null ? Math.max(0, placeOf(before) - size) : 0
  const items = all.slice(start, before === null ? start + size : Math.min(start + size, placeOf(before)))
  const uri = (cursor?: readonly [string, string]): string => {
    const wanted = new URLSearchParams(query)
    wanted.delete('After')
    wanted.delete('Before')
    wanted.set('PageSize', String(size))
    if (cursor) wanted.set(cursor[0], cursor[1])
    return `/v1/Accounts/${world.accountSid}${path}${format === 'json' ? '.json' : ''}?${wanted.toString()}`
  }
  const [first] = items
  const last = items.at(-1)
  const metadata = {
    Total: all.length,
    PageSize: size,
    FirstPageUri: uri(),
    PrevPageUri: first && start > 0 ? uri(['Before', first.sid]) : null,
    NextPageUri: last && start + items.length < all.length ? uri(['After', last.sid]) : null,
  }
  return { items, metadata }
}

import { pino, type DestinationStream } from 'pino'
import { hideAadhaar } from './hide-aadhaar.ts'

/** All that a log line may hold: opaque ids and measures, never bodies, tokens, phone numbers or SQL parameters. */
export interface LogFields {
  readonly requestId?: string | undefined
  readonly app?: string | undefined
  readonly mode?: string | undefined
  readonly method?: string | undefined
  /** The route's template, not the path. */
  readonly route?: string | undefined
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly durationMs?: number | undefined
  readonly callId?: string | undefined
  readonly topupId?: string | undefined
  readonly withdrawalId?: string | undefined
  readonly payeeId?: string | undefined
  readonly referralId?: string | undefined
  readonly userId?: string | undefined
  readonly task?: string | undefined
  readonly attempt?: number | undefined
  readonly count?: number | undefined
  readonly provider?: string | undefined
  readonly port?: number | undefined
  /** Only its name, database or system code and our own stack lines are written. */
  readonly error?: unknown
}

export interface Logger {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

const allowed = [
  'requestId',
  'app',
  'mode',
  'method',
  'route',
  'status',
  'code',
  'durationMs',
  'callId',
  'topupId',
  'withdrawalId',
  'referralId',
  'payeeId',
  'userId',
  'task',
  'attempt',
  'count',
  'provider',
  'port',
] as const satisfies readonly (keyof LogFields)[]

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  // The first line of a stack holds the message, which can quote a value: only the frames are kept.
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 8)
  const cause = error.cause === undefined ? undefined : describe(error.cause)
  return { name: error.name, code, frames, cause }
}

/** No field has room for an identity number; should one get there, it is not written. */
const shown = (value: unknown): unknown => (typeof value === 'string' ? hideAadhaar(value) : value)

function pick(fields: LogFields): Record<string, unknown> {
  const line: Record<string, unknown> = {}
  for (const name of allowed) if (fields[name] !== undefined) line[name] = shown(fields[name])
  if (fields.error !== undefined) line['error'] = describe(fields.error)
  return line
}

/** The one logger: JSON lines on standard error, or wherever a test wants to read them. `level` silent for tests. */
export function createLogger(level: 'info' | 'warn' | 'error' | 'silent', to: DestinationStream = pino.destination(2)): Logger {
  const log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    to,
  )
  const writer =
    (at: keyof Logger) =>
    (message: string, fields: LogFields = {}) => {
      if (log.isLevelEnabled(at)) log[at](pick(fields), hideAadhaar(message))
    }
  return {
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
  }
}

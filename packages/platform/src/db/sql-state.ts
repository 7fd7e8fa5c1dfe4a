import { BaseError, ConnectionError, DatabaseError } from 'sequelize'

const inner = (error: unknown): unknown => (error instanceof DatabaseError || error instanceof ConnectionError ? error.parent : error)

/** PostgreSQL's code of an error (its Appendix A), or the system's. */
export function sqlState(error: unknown): string | undefined {
  const cause = inner(error)
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
}

/** serialization_failure and deadlock_detected: the whole transaction may be run again. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(sqlState(error) ?? '')

/** What every statement after a failed one fails with: it tells no reason of its own. */
export const isAftermath = (error: unknown): boolean => sqlState(error) === '25P02'

/** Thrown in a transaction that went by what is so no longer: it is run again, like one that PostgreSQL could not serialize. */
export class Outdated extends Error {
  readonly code = '40001'
}

const gone = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
  '55P03',
  '57014',
  '53300',
  '53100',
  '53200',
  '25P03',
  'EAI_AGAIN',
  'ENOTFOUND',
  '25006',
])

/** PostgreSQL is away, starting, full or too slow: the caller may come back later. */
export function isConnectionLost(error: unknown): boolean {
  const code = sqlState(error)
  if (code !== undefined) return gone.has(code)
  if (error instanceof ConnectionError || (error instanceof BaseError && error.name === 'SequelizeConnectionAcquireTimeoutError'))
    return true
  return (
    error instanceof Error &&
    /Connection terminated|Query read timeout|Client has encountered a connection error|timeout exceeded when trying to connect|not queryable/.test(
      error.message,
    )
  )
}

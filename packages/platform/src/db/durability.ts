import { Client } from 'pg'
import type { Connection } from './connect.ts'

const needed = ['fsync', 'full_page_writes', 'synchronous_commit'] as const

/**
 * Refuses a PostgreSQL that may forget what it acknowledged: a 2xx of ours means flushed. Replicas' levels of synchronous_commit are fine;
 * only `off` acknowledges before the disk has it.
 */
export async function requireDurable(connection: Connection): Promise<void> {
  const client = new Client('url' in connection ? { connectionString: connection.url } : { ...connection })
  await client.connect()
  try {
    const { rows } = await client.query<Record<(typeof needed)[number], string>>(
      `select ${needed.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`,
    )
    const off = needed.filter((name) => rows[0]?.[name] === 'off')
    if (off.length > 0) throw new Error(`PostgreSQL may lose what it acknowledged: turn on ${off.join(', ')}.`)
  } finally {
    await client.end()
  }
}

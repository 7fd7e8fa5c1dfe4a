import { createClient } from 'redis'
import type { Logger } from '../base/logger.ts'
import { aliveMembers, takeTokens, touchMembers } from './redis-scripts.ts'

/** How long one answer may take before the platform goes on without it. */
const answerMs = 1_000
/** After an answer that did not come, nobody else waits for this long. */
const pauseMs = 1_000
const pingMs = 2_000
/** Pings unanswered until a connection is thought dead and made anew. */
const missedPings = 3

const open = (url: string) =>
  createClient({
    url,
    scripts: { takeTokens, touchMembers, aliveMembers },
    // A command meant for now is useless later: it fails at once while Redis is away.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 3_000,
      reconnectStrategy: (retries) => Math.min(100 * 2 ** Math.min(retries, 5), 2_000) + Math.random() * 100,
    },
  })

export type RedisClient = ReturnType<typeof open>

/** Rejects when `promise` has not settled in time. */
async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What came of a command: `sent` tells whether Redis may have carried it out though no answer came. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly sent: boolean }

export interface RedisLink {
  /** Runs a command, or says at once or within a second that there is no answer to be had. Never throws. */
  ask<T>(command: (client: RedisClient) => Promise<T>): Promise<Outcome<T>>
  close(): Promise<void>
}

/** A connection that heals itself and never makes anybody wait for long. `onReady` runs at each new beginning. */
export function linkRedis(url: string, name: string, logger: Logger, onReady: (client: RedisClient) => void): RedisLink {
  const client = open(url)
  let closed = false
  let lost = false
  let pausedUntil = 0
  let missed = 0
  const lose = (error: unknown) => {
    if (!lost && !closed) logger.warn('Redis is away: going on alone', { task: name, error })
    lost = true
  }
  const ready = () => client.isReady
  const connect = () => void client.connect().catch(lose)
  client.on('error', lose)
  client.on('ready', () => {
    if (lost) logger.info('Redis is back', { task: name })
    lost = false
    pausedUntil = 0
    missed = 0
    onReady(client)
  })
  connect()

  const ping = async () => {
    if (!client.isReady) return
    try {
      await inTime(client.ping(), pingMs)
      missed = 0
    } catch (error) {
      lose(error)
      // A peer that vanished without a word can keep a TCP connection open for many minutes.
      if (++missed >= missedPings && !closed) {
        missed = 0
        client.destroy()
        connect()
      }
    }
  }
  const pinging = setInterval(() => void ping(), pingMs).unref()

  return {
    async ask(command) {
      if (!ready() || performance.now() < pausedUntil) return { ok: false, sent: false }
      try {
        return { ok: true, value: await inTime(command(client), answerMs) }
      } catch (error) {
        lose(error)
        if (ready()) pausedUntil = performance.now() + pauseMs
        return { ok: false, sent: true }
      }
    },
    async close() {
      closed = true
      clearInterval(pinging)
      if (client.isReady) await inTime(client.close(), answerMs).catch(() => undefined)
      if (client.isOpen) client.destroy()
    },
  }
}

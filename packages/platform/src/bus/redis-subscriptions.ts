import type { Logger } from '../base/logger.ts'
import type { Message } from './bus.ts'
import { linkRedis, type RedisClient } from './redis-link.ts'

export type Listener = (message: Message) => void

/** One Redis subscription a channel, however many listen here; made again whenever Redis comes back. */
export function subscriptions(url: string, logger: Logger) {
  const channels = new Map<string, Set<Listener>>()
  const deliver = (text: string, channel: string) => {
    for (const listener of channels.get(channel) ?? []) {
      try {
        listener(JSON.parse(text) as Message)
      } catch (error) {
        logger.error('a listener of the bus failed', { error })
      }
    }
  }
  const again = (client: RedisClient) => {
    if (channels.size > 0) void client.subscribe([...channels.keys()], deliver).catch(() => undefined)
  }
  const link = linkRedis(url, 'subscriptions', logger, again)
  return {
    /** Tells those who listen here, as if it had come from Redis. */
    deliver,
    close: link.close,
    async add(channel: string, listener: Listener) {
      const listeners = channels.get(channel) ?? new Set()
      channels.set(channel, listeners.add(listener))
      // Also when others listen already: their subscription may still be on its way.
      await link.ask((client) => client.subscribe(channel, deliver))
    },
    async remove(channel: string, listener: Listener) {
      const listeners = channels.get(channel)
      listeners?.delete(listener)
      if (listeners?.size !== 0) return
      channels.delete(channel)
      await link.ask((client) => client.unsubscribe(channel, deliver))
    },
  }
}

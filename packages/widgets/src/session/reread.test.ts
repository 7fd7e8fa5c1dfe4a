import type { Presence } from '@impacthub/sdk'
import { expect, it } from 'vitest'
import { scriptedClient } from '../testing/scripted-client.ts'
import { createStore } from './connect-store.ts'
import { rereadState } from './reread.ts'

it('reads all who are watched, a hundred at a time', async () => {
  const client = scriptedClient({})
  const asked: number[] = []
  const get = ({ userIds }: { readonly userIds: string }) => {
    const ids = userIds.split(',')
    asked.push(ids.length)
    // One question in vain is no loss for the others.
    if (ids.includes('user-150')) return Promise.reject(new Error('no network'))
    return Promise.resolve({ data: ids.map((userId): Presence => ({ userId, status: 'online', rate: null })) })
  }
  Object.assign(client.presence, { get })
  const store = createStore(client)
  const watched = Array.from({ length: 240 }, (_, n) => `user-${n}`)
  await rereadState(store, [...watched, 'user-1'], true)
  expect(asked).toEqual([100, 100, 40])
  expect(new Set(store.state.presence.keys())).toEqual(new Set([...watched.slice(0, 100), ...watched.slice(200)]))
  store.close()
})

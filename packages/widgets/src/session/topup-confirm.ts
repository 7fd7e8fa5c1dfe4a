import type { Topup } from '@impacthub/sdk'
import { isRefused } from './asked-once.ts'
import type { ConnectStore } from './connect-store.ts'
import { keep, recall, type TopupProof } from './topup-memory.ts'
import { change, meet, viewOf } from './topup-news.ts'

/**
 * Hands in what the checkout gave. The coins follow what the provider tells the platform: until that is known, and also when this proof is
 * refused or does not get through, the top-up waits.
 */
export async function confirmTopup(store: ConnectStore, { id: topupId, userId }: Topup, proof: TopupProof): Promise<void> {
  if (viewOf(store).phase !== 'pending') change(store, { phase: 'confirming', why: undefined })
  let told: Topup | undefined
  let decided = true
  try {
    told = await store.client.topups.confirm({ topupId, ...proof })
  } catch (error) {
    decided = isRefused(error)
  }
  const begun = recall(userId)
  if (decided && begun?.topupId === topupId) keep(userId, { ...begun, proof: undefined })
  if (viewOf(store).phase === 'confirming') change(store, { phase: 'pending' })
  if (told) meet(store, told)
}

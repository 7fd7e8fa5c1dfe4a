import { collectOwed, owedCoins } from '../wallet/index.ts'
import type { Turn } from './take-step.ts'

/** A debt that came up since it was asked for is paid first, from what is earned; while one is left, nothing is paid out. */
export async function stillOwes({ tx, tenantId, now }: Turn, userId: string): Promise<boolean> {
  if ((await owedCoins(tx, tenantId, userId)) === 0) return false
  await collectOwed(tx, tenantId, userId, now)
  return (await owedCoins(tx, tenantId, userId)) > 0
}

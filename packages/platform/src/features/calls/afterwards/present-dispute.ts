import type { Dispute } from './dispute-store.ts'

/** What the two of a call see of a dispute: not what was noted when it was decided. */
export const presentDispute = ({ note: _operatorsOwn, ...dispute }: Dispute) => ({
  ...dispute,
  openedAt: dispute.openedAt.toISOString(),
  resolvedAt: dispute.resolvedAt?.toISOString() ?? null,
})

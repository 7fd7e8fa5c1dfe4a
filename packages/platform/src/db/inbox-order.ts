import type { LegReport } from '../providers/telephony/port.ts'

export interface Waiting {
  readonly provider: string
  readonly deliveryId: string
  readonly receivedAt: Date
  readonly report: LegReport
}

const timeOf = ({ report, receivedAt }: Waiting): number => (report.at ?? receivedAt).getTime()

function compare(a: Waiting, b: Waiting): number {
  // Numbers count one leg's messages only; between legs, the provider's clock decides.
  if (a.report.legId === b.report.legId && a.report.sequence !== null && b.report.sequence !== null)
    return a.report.sequence - b.report.sequence
  return timeOf(a) - timeOf(b)
}

/**
 * The order in which things happened, as far as the messages tell: within a leg by number, else by time; never by arrival.
 * Built by insertion, since the two rules together are no total order and a sort would be free to do anything.
 */
export function inOrder(waiting: readonly Waiting[]): Waiting[] {
  const ordered: Waiting[] = []
  for (const one of [...waiting].sort((a, b) => timeOf(a) - timeOf(b) || (a.report.sequence ?? 0) - (b.report.sequence ?? 0))) {
    const place = ordered.findIndex((other) => compare(one, other) < 0)
    ordered.splice(place < 0 ? ordered.length : place, 0, one)
  }
  return ordered
}

import type { KycNotice, KycStanding } from '@impacthub/sdk'
import type { ConnectStore, Feed } from './connect-store.ts'

/** The identity of this user, as it is shown. */
export interface KycView {
  readonly standing?: KycStanding | undefined
  readonly notice?: KycNotice | undefined
  /** It could not be read, and nothing of it is known. */
  readonly failed?: boolean | undefined
}

const change = (store: ConnectStore, news: Partial<KycView>) => store.set({ kyc: { ...store.state.kyc, ...news } })

/** The last question of each session: what was asked before it and is answered after it tells what was. */
const asked = new WeakMap<ConnectStore, object>()

/** Reads how the user stands, and what they have to agree to while they have not. */
export async function readKyc(store: ConnectStore): Promise<void> {
  const { kyc } = store.client
  const question = {}
  asked.set(store, question)
  const answer = (news: Partial<KycView>) => asked.get(store) === question && change(store, news)
  try {
    const standing = await kyc.get()
    const [language] = (store.state.catalogue?.language ?? 'en').split('-')
    const notice = standing.consent.given ? undefined : await kyc.getNotice({ language })
    answer({ standing, notice, failed: false })
  } catch {
    answer({ failed: true })
  }
}

/** Keeps the standing as the platform tells it. */
export const kycFeed: Feed = (store) => {
  const read = () => void readKyc(store)
  const { realtime } = store.client
  const stops = [
    realtime.on('session.snapshot', ({ userId }) => {
      const { standing } = store.state.kyc ?? {}
      // Nobody is shown how somebody else stands, however long their own answer takes.
      if (standing && standing.userId !== userId) store.set({ kyc: undefined })
      read()
    }),
    realtime.on('kyc.updated', (news) => {
      const { standing } = store.state.kyc ?? {}
      if (standing) change(store, { standing: { ...standing, ...news } })
      // What can be done next is not in the news.
      read()
    }),
  ]
  read()
  return () => stops.forEach((stop) => stop())
}

import { captureReferral, type CapturedReferral, type ReferralStanding } from '@impacthub/sdk'
import type { ConnectStore, Feed } from './connect-store.ts'

/** Invitations of this user, as they are shown. */
export interface ReferralView {
  readonly standing?: ReferralStanding | undefined
  /** It could not be read. */
  readonly failed?: boolean | undefined
  /** The link that brought somebody to this browser. */
  readonly captured?: CapturedReferral | undefined
}

/** What is known of them now. */
export const changeReferral = (store: ConnectStore, news: ReferralView) => store.set({ referral: { ...store.state.referral, ...news } })

/** The last question of each session: what was asked before it and is answered after it tells what was. */
const asked = new WeakMap<ConnectStore, object>()

/** Reads the user's code, what it has brought, and whether they can still enter one. */
export async function readReferral(store: ConnectStore): Promise<void> {
  const question = {}
  asked.set(store, question)
  const answer = (news: ReferralView) => asked.get(store) === question && changeReferral(store, news)
  try {
    const standing = await store.client.referral.get()
    // What a service worker has kept is shown where nothing else is known, as what could not be read.
    if (!('keptAt' in standing)) answer({ standing, failed: false })
    else answer({ standing: store.state.referral?.standing ?? standing, failed: true })
  } catch {
    answer({ failed: true })
  }
}

/** What this browser remembers; where its code cannot be loaded, the next question asks again. */
export async function capturedIn(store: ConnectStore): Promise<CapturedReferral> {
  const captured = store.state.referral?.captured ?? (await captureReferral(store.client))
  changeReferral(store, { captured })
  return captured
}

/** Keeps them as the platform tells them. */
export const referralFeed: Feed = (store) => {
  const { realtime } = store.client
  const stops = [
    realtime.on('session.snapshot', ({ userId }) => {
      const { standing, captured } = store.state.referral ?? {}
      // Nobody is shown what is somebody else's, however long their own answer takes.
      if (standing && standing.userId !== userId) store.set({ referral: { captured } })
      void readReferral(store)
    }),
    realtime.on('referral.updated', (news) => {
      const { standing } = store.state.referral ?? {}
      if (standing) changeReferral(store, { standing: { ...standing, ...news } })
      // Whether a code can still be entered is not in the news.
      void readReferral(store)
    }),
  ]
  capturedIn(store).catch(() => {})
  void readReferral(store)
  return () => stops.forEach((stop) => stop())
}

import type { Call } from '@impacthub/sdk'

/** Whether the call is not over. */
export const isLive = (call: Call | undefined): call is Call => !!call && !call.endedAt && stageOf(call) < 3

const stages: Partial<Record<Call['status'], number>> = { initiated: 0, ringing: 1, in_progress: 2 }

/** How far a call has come. Answers and events cross on their way; a record never goes back a stage. */
const stageOf = (call: Call) => (call.settled ? 4 : (stages[call.status] ?? 3))

/** The record that is further along; of two at the same stage, the one that came last. */
export const newerOf = (known: Call, news: Call): Call => (stageOf(news) >= stageOf(known) ? news : known)

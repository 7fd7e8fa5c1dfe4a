export { holdForCall } from './hold-for-call.ts'
export { settleCall } from './settle-call.ts'
export { post, type Posting } from './post-entry.ts'
export type { CallEnd, CallHold, CallSettlement } from './call-money.ts'

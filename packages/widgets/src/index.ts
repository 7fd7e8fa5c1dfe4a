/** The classes and types of the elements; nothing is registered. To register them import `@impacthub/widgets/define` or one of its parts. */
export { IhcSession } from './session/ihc-session.ts'
export { IhcCallButton } from './elements/call-button/call-button.ts'
export { IhcCallHistory } from './elements/call-history/call-history.ts'
export { IhcCallPanel } from './elements/call-panel/call-panel.ts'
export { IhcPresence } from './elements/presence/presence.ts'
export { IhcWallet } from './elements/wallet/wallet.ts'
export type { ConnectEvents } from './base/events.ts'
export type { ConnectFault } from './session/connect-store.ts'

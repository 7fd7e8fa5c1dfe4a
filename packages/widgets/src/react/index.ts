/**
 * A React component for each element, ready to use: importing one registers its element. No `'use client'` here: each component is its own
 * boundary, so that a page with a wallet is not given the rest.
 */
export { default as IhcCallButton } from './call-button.ts'
export { default as IhcCallHistory } from './call-history.ts'
export { default as IhcCallPanel } from './call-panel.ts'
export { default as IhcKycUploader } from './kyc-uploader.ts'
export { default as IhcPresence } from './presence.ts'
export { default as IhcReferral } from './referral.ts'
export { default as IhcSession } from './session.ts'
export { default as IhcTopup } from './topup.ts'
export { default as IhcWallet } from './wallet.ts'
export { default as IhcWithdraw } from './withdraw.ts'
export type { ConnectEvents } from '../base/events.ts'

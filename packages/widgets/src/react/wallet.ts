'use client'
import '../elements/wallet/wallet.define.ts'
import { IhcWallet as Widget } from '../elements/wallet/wallet.ts'
import { component } from './component.ts'

/** `<ihc-wallet>`: the user's coins by kind, what is held and for what, and the history. */
export default component('ihc-wallet', Widget)

'use client'
import '../elements/withdraw/withdraw.define.ts'
import { IhcWithdraw as Widget } from '../elements/withdraw/withdraw.ts'
import { component } from './component.ts'

/** `<ihc-withdraw>`: earned coins, what they are worth, where the money goes, and what became of earlier withdrawals. */
export default component('ihc-withdraw', Widget)

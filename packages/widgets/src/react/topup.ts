'use client'
import '../elements/topup/topup.define.ts'
import { IhcTopup as Widget } from '../elements/topup/topup.ts'
import { component } from './component.ts'

/** `<ihc-topup>`: packs of coins, and the way to pay for one in the provider's own checkout. */
export default component('ihc-topup', Widget)

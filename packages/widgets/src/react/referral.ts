'use client'
import '../elements/referral/referral.define.ts'
import { IhcReferral as Widget } from '../elements/referral/referral.ts'
import { component } from './component.ts'

/** `<ihc-referral>`: the user's code to share, what it has brought, and the place to enter a friend's. */
export default component('ihc-referral', Widget)

'use client'
import '../elements/call-history/call-history.define.ts'
import { IhcCallHistory as Widget } from '../elements/call-history/call-history.ts'
import { component } from './component.ts'

/** `<ihc-call-history>`: the calls of the signed-in user with their receipts, and what can be done about them. */
export default component('ihc-call-history', Widget)

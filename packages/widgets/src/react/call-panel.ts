'use client'
import '../elements/call-panel/call-panel.define.ts'
import { IhcCallPanel as Widget } from '../elements/call-panel/call-panel.ts'
import { component } from './component.ts'

/** `<ihc-call-panel>`: the incoming or running call of this user, and its summary when it is over. */
export default component('ihc-call-panel', Widget)

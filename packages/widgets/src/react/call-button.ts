'use client'
import '../elements/call-button/call-button.define.ts'
import { IhcCallButton as Widget } from '../elements/call-button/call-button.ts'
import { component } from './component.ts'

/** `<ihc-call-button>`: starts a paid call to one user, tells its price, and ends it. */
export default component('ihc-call-button', Widget)

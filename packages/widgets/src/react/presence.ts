'use client'
import '../elements/presence/presence.define.ts'
import { IhcPresence as Widget } from '../elements/presence/presence.ts'
import { component } from './component.ts'

/** `<ihc-presence>`: whether a user can be called, as it changes. */
export default component('ihc-presence', Widget)

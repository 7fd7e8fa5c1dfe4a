'use client'
import '../session/ihc-session.define.ts'
import { IhcSession as Widget } from '../session/ihc-session.ts'
import { component } from './component.ts'

/** `<ihc-session>`: holds the client of the signed-in user for the elements inside it, and acts on what they ask. */
export default component('ihc-session', Widget)

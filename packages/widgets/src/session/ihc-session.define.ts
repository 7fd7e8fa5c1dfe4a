import { define } from '../base/define.ts'
import { IhcSession } from './ihc-session.ts'

define('ihc-session', IhcSession)

import { define } from '../../base/define.ts'
import { IhcPresence } from './presence.ts'

define('ihc-presence', IhcPresence)

import { define } from '../../base/define.ts'
import { IhcCallHistory } from './call-history.ts'

define('ihc-call-history', IhcCallHistory)

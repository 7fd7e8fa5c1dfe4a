import { define } from '../../base/define.ts'
import { IhcCallPanel } from './call-panel.ts'

define('ihc-call-panel', IhcCallPanel)

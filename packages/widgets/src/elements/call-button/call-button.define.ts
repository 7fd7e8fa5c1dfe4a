import { define } from '../../base/define.ts'
import { IhcCallButton } from './call-button.ts'

define('ihc-call-button', IhcCallButton)

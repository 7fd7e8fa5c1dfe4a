import { define } from '../../base/define.ts'
import { IhcTopup } from './topup.ts'

define('ihc-topup', IhcTopup)

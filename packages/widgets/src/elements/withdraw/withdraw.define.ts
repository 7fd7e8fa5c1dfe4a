import { define } from '../../base/define.ts'
import { IhcWithdraw } from './withdraw.ts'

define('ihc-withdraw', IhcWithdraw)

import { define } from '../../base/define.ts'
import { IhcReferral } from './referral.ts'

define('ihc-referral', IhcReferral)

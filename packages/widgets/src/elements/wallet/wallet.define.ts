import { define } from '../../base/define.ts'
import { IhcWallet } from './wallet.ts'

define('ihc-wallet', IhcWallet)

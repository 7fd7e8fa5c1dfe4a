import { define } from '../../base/define.ts'
import { IhcKycUploader } from './kyc-uploader.ts'

define('ihc-kyc-uploader', IhcKycUploader)

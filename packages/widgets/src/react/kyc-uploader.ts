'use client'
import '../elements/kyc-uploader/kyc-uploader.define.ts'
import { IhcKycUploader as Widget } from '../elements/kyc-uploader/kyc-uploader.ts'
import { component } from './component.ts'

/** `<ihc-kyc-uploader>`: the identity of the signed-in user: consent, pictures of a document, what it says, and how they stand. */
export default component('ihc-kyc-uploader', Widget)

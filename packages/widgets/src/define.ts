/** Registers every element. A page that needs one of them imports that one's entry instead. */
import './session/ihc-session.define.ts'
import './elements/call-button/call-button.define.ts'
import './elements/call-history/call-history.define.ts'
import './elements/call-panel/call-panel.define.ts'
import './elements/kyc-uploader/kyc-uploader.define.ts'
import './elements/presence/presence.define.ts'
import './elements/topup/topup.define.ts'
import './elements/wallet/wallet.define.ts'

import { createElement } from 'react'
import { IhcCallButton, IhcSession, IhcWallet } from '../react/index.ts'
import { ravi } from './samples.ts'

const getToken = () => Promise.reject(new Error('no token today'))

/** A page that a server renders and a browser takes over. */
export const serverPage = createElement(
  IhcSession,
  { baseUrl: '/connect', publishableKey: 'pk_test_0000000000000000', getToken, theme: 'dark' },
  createElement(IhcWallet, { id: 'coins', className: 'wide' }),
  createElement(IhcCallButton, { calleeId: ravi, onIhcCallRequest: () => {} }, 'Talk now'),
)

/** What the server sends of it: the elements find out for themselves what they show. */
export const serverHtml =
  '<ihc-session theme="dark"><ihc-wallet id="coins" class="wide"></ihc-wallet><ihc-call-button>Talk now</ihc-call-button></ihc-session>'

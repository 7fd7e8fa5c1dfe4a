/** The code that acts for the session comes when something is to be done. */
export const loadActs = () => import('./session-acts.ts')

import { html } from 'lit'

/** A telephone receiver, drawn in the colour of the text. */
export const handset = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M7 11q2 4 6 6l2-2q1-1 2-.5l3 .5q1 0 1 1v4q0 1-1 1Q3 21 3 4q0-1 1-1h4q1 0 1 1l.5 3q.5 1-.5 2Z" />
</svg>`

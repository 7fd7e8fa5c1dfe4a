import { html, svg } from 'lit'

const arrows = {
  out: svg`<path d="M7 17 17 7M9 7h8v8" />`,
  in: svg`<path d="M17 7 7 17M15 17H7V9" />`,
} as const

/** Which way a call went, drawn in the colour of the text; the words beside it say the same. */
export const directionIcon = (way: keyof typeof arrows) =>
  html`<svg class="way" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2">${arrows[way]}</svg>`

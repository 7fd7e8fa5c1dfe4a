import { css } from 'lit'

/** Light or dark as the page's `color-scheme` has it, unless the attribute `theme` says otherwise. */
export const theme = css`
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  :host([theme='auto']) {
    color-scheme: light dark;
  }
`

import { css } from 'lit'
import { theme } from './theme.ts'

/**
 * What every element shares. A host sets `--ihc-…` on the page, a session or an element; `--_…` are the values in use.
 * Light or dark follows the page's `color-scheme`; `theme` on a session or an element decides otherwise.
 * Each is laid out as what it says, whatever page it is in; what is typed are Latin letters and digits. Nastaliq has tall lines.
 * Browsers without `light-dark()` show the light colours. Text pairs keep a contrast of 4.5:1 or more.
 */
export const tokens = [
  theme,
  css`
    [lang],
    input {
      direction: ltr;
    }
    [lang|='ur'] {
      direction: rtl;
      line-height: 2;
      --_leading: 2;
    }
    :host {
      --_accent: var(--ihc-accent, #0b6b57);
      --_on-accent: var(--ihc-on-accent, #fff);
      --_danger: var(--ihc-danger, #b3261e);
      --_on-danger: var(--ihc-on-danger, #fff);
      --_text: var(--ihc-text, #14211d);
      --_muted: var(--ihc-muted, #52615b);
      --_quiet: var(--ihc-quiet, #e8eeeb);
      --_radius: var(--ihc-radius, 16px);
      color: var(--_text);
      font: 400 1rem/1.5 var(--ihc-font, system-ui, sans-serif);
    }
    :host([hidden]) {
      display: none;
    }
    @supports (color: light-dark(red, red)) {
      :host {
        --_accent: var(--ihc-accent, light-dark(#0b6b57, #6fd8bb));
        --_on-accent: var(--ihc-on-accent, light-dark(#fff, #05261e));
        --_danger: var(--ihc-danger, light-dark(#b3261e, #ffb4ab));
        --_on-danger: var(--ihc-on-danger, light-dark(#fff, #4a0a06));
        --_text: var(--ihc-text, light-dark(#14211d, #e6eeea));
        --_muted: var(--ihc-muted, light-dark(#52615b, #a6b5af));
        --_quiet: var(--ihc-quiet, light-dark(#e8eeeb, #28332f));
      }
    }
    @keyframes pulse {
      50% {
        opacity: 0.5;
      }
    }
  `,
]

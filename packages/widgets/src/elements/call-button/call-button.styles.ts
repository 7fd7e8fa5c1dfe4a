import { css } from 'lit'

export const callButtonStyles = css`
  :host {
    display: inline-block;
    min-width: 11em;
    max-width: 100%;
    vertical-align: top;
  }
  button {
    width: 100%;
  }
  svg {
    flex: none;
    width: 1.25em;
    fill: currentColor;
  }
  .danger svg {
    rotate: 135deg;
  }
  [aria-busy='true'] svg {
    animation: pulse 1.2s infinite;
  }
  .skeleton {
    color: transparent !important;
    animation: pulse 1.2s infinite;
  }
  [role] {
    width: 0;
    min-width: 100%;
    min-height: 1.5em;
    margin-top: 4px;
    color: var(--_muted);
    font-size: 0.875rem;
    text-align: center;
    overflow-wrap: anywhere;
  }
  .fault {
    color: var(--_danger);
  }
`

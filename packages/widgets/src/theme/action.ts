import { css } from 'lit'

/** The look of a button. `aria-disabled` stands for `disabled`, so that focus stays and the reason can be read. */
export const action = css`
  button {
    box-sizing: border-box;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    min-height: 48px;
    padding: 0.5em 1.25em;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    background: var(--_accent);
    color: var(--_on-accent);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
    touch-action: manipulation;
  }
  button:hover {
    filter: brightness(0.96);
  }
  button:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  .danger {
    background: var(--_danger);
    color: var(--_on-danger);
  }
  button[aria-disabled='true'] {
    background: var(--_quiet);
    color: var(--_muted);
    cursor: default;
    filter: none;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
    }
  }
`

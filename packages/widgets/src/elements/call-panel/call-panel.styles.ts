import { css } from 'lit'

export const callPanelStyles = css`
  :host {
    max-width: 26rem;
  }
  .card {
    display: grid;
    gap: 16px;
  }
  header {
    display: flex;
    align-items: center;
    gap: 14px;
    min-height: 56px;
  }
  header > div {
    min-width: 0;
  }
  h2 {
    font-size: 1.125rem;
    line-height: var(--_leading, 1.35);
  }
  /* What tall scripts write above and below a line is not cut off. */
  [part='name'] {
    display: -webkit-box;
    overflow: hidden;
    margin-block: -2px;
    padding-block: 2px;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  [part='avatar'] {
    flex: none;
    width: 52px;
    height: 52px;
    border-radius: 50%;
    background: var(--_quiet);
    color: var(--_text);
    font-size: 1.375rem;
    font-weight: 600;
    line-height: 52px;
    text-align: center;
  }
  .rings {
    position: relative;
  }
  .rings::after {
    content: '';
    position: absolute;
    inset: -5px;
    border: 2px solid var(--_good);
    border-radius: 50%;
    animation: pulse 1.4s infinite;
  }
  .bones {
    display: grid;
    flex: 1;
    gap: 8px;
    max-width: 14rem;
  }
  .bones .bone {
    height: 1.125rem;
  }
  .bones .bone:first-child {
    width: 60%;
  }
  [part='avatar'] svg {
    width: 24px;
    fill: var(--_muted);
    vertical-align: middle;
  }
  [part='timer'] {
    font-size: clamp(2.75rem, 18cqi, 4rem);
    font-weight: 600;
    letter-spacing: -0.01em;
    line-height: 1.1;
    overflow-wrap: normal;
    text-align: center;
  }
  .estimate {
    margin-top: -12px;
    text-align: center;
  }
  [part='settlement'] {
    display: flex;
    align-items: center;
    gap: 0.5em;
  }
  [part='settlement']::before {
    content: '';
    box-sizing: border-box;
    width: 0.6em;
    height: 0.6em;
    border: 2px solid currentColor;
    border-radius: 50%;
  }
  .final::before {
    border-color: var(--_good);
    background: var(--_good);
  }
  .settling::before {
    animation: pulse 1.2s infinite;
  }
  .none {
    position: absolute;
  }
  .actions {
    display: grid;
    grid-auto-columns: 1fr;
    grid-auto-flow: column;
    gap: 12px;
  }
  .actions button {
    padding-inline: 0.75em;
  }
  .card:focus {
    outline: 0;
  }
  [role='alertdialog']:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  @container (max-width: 300px) {
    .actions {
      grid-auto-flow: row;
    }
  }
  .plain {
    background: var(--_quiet);
    color: var(--_text);
  }
`

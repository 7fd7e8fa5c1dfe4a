import { css } from 'lit'

export const topupStyles = css`
  :host {
    max-width: 30rem;
  }
  .card {
    display: grid;
    gap: 16px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 0 12px;
  }
  h2 {
    font-size: 1.125rem;
  }
  fieldset {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  [part='pack'] {
    display: flex;
    align-items: center;
    gap: 12px;
    box-sizing: border-box;
    min-height: 60px;
    padding: 10px 14px;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) - 4px);
    cursor: pointer;
  }
  [part='pack']:hover {
    background: var(--_quiet);
  }
  [part='pack']:has(:checked) {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
  [part='pack']:has(:focus-visible) {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  fieldset:disabled [part='pack'] {
    cursor: default;
  }
  input {
    flex: none;
    width: 20px;
    height: 20px;
    margin: 0;
    outline: 0;
    accent-color: var(--_accent);
  }
  .what {
    display: flex;
    flex: 1;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 8px;
    min-width: 0;
  }
  [part='coins'],
  [part='price'],
  [part='sentence'] {
    font-weight: 600;
  }
  [part='bonus'] {
    padding: 0 8px;
    border-radius: 10px;
    background: var(--_quiet);
    color: var(--_accent);
    font-size: 0.875rem;
    font-weight: 500;
  }
  [part='label'] {
    flex-basis: 100%;
  }
  [part='price'] {
    white-space: nowrap;
  }
  .quiet {
    padding: 10px 14px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_quiet);
  }
  /* Below the button, which stays where it was pressed. */
  [part='outcome']:not(.paid, .pending) {
    order: 1;
  }
  .quiet:not(.paid) [part='sentence']::before {
    content: '';
    display: inline-block;
    width: 10px;
    height: 10px;
    margin-inline-end: 10px;
    border-radius: 50%;
    background: var(--_accent);
    animation: pulse 1.2s infinite;
  }
  .paid {
    padding: 24px 16px;
    text-align: center;
  }
  .paid [part='sentence'] {
    font-size: 1.125rem;
  }
  svg {
    width: 32px;
    padding: 8px;
    border-radius: 50%;
    background: var(--_accent);
    fill: none;
    stroke: var(--_on-accent);
    stroke-width: 2.5;
  }
  a {
    display: inline-block;
    padding: 10px 0;
    color: var(--_accent);
    font-weight: 600;
  }
  .actions > * {
    width: 100%;
  }
  .plain {
    margin-top: 8px;
    background: var(--_quiet);
    color: var(--_text);
  }
  .none {
    position: absolute;
  }
  .bone + .bone {
    margin-top: 8px;
  }
  .bone {
    height: 60px;
  }
`

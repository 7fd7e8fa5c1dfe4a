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
    background: none;
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
    white-space: nowrap;
  }
  [part='label'] {
    flex-basis: 100%;
  }
  [part='price'] {
    white-space: nowrap;
  }
  .outcome {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 4px 12px;
    padding: 12px 14px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_quiet);
  }
  /* Below the button, which stays where it was pressed. */
  .outcome:not(.paid, .pending) {
    order: 1;
  }
  .outcome p {
    grid-column: 2;
    align-self: center;
  }
  .outcome.stopped {
    background: var(--_warn-surface);
    color: var(--_warn);
  }
  .outcome.paid {
    justify-items: center;
    grid-template-columns: 1fr;
    padding: 24px 16px;
    text-align: center;
  }
  .outcome.paid p {
    grid-column: 1;
  }
  .paid [part='sentence'] {
    font-size: 1.125rem;
  }
  [part='deal'],
  [part='more'] {
    font-size: 0.9375rem;
  }
  svg {
    width: 24px;
    height: 24px;
    padding: 0;
    border-radius: 50%;
    fill: none;
    stroke: currentColor;
    stroke-width: 2.25;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  svg.paid {
    width: 32px;
    height: 32px;
    padding: 8px;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  svg:not(.paid, .stopped) {
    animation: pulse 1.2s infinite;
  }
  a {
    display: inline-block;
    padding: 10px 0;
    color: var(--_accent);
    font-weight: 600;
  }
  .actions {
    display: grid;
    gap: 8px;
  }
  .actions[hidden] {
    display: none;
  }
  .plain {
    background: var(--_quiet);
    color: var(--_text);
  }
  .none {
    position: absolute;
  }
  .bones {
    display: grid;
    gap: 8px;
  }
  .bones .bone {
    height: 60px;
  }
`

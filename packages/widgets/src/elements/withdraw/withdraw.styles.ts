import { css } from 'lit'

export const withdrawStyles = css`
  :host {
    max-width: 30rem;
  }
  .card,
  form,
  fieldset,
  [part='history'] {
    display: grid;
    gap: 14px;
    min-width: 0;
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
  .big {
    font-size: 1.5rem;
    font-weight: 600;
  }
  fieldset {
    gap: 8px;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0 0 8px;
    font-weight: 600;
  }
  [part='destination'] {
    display: flex;
    align-items: center;
    gap: 12px;
    box-sizing: border-box;
    min-height: 48px;
    padding: 8px 14px;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) - 4px);
    cursor: pointer;
  }
  [part='destination']:has(:checked) {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
  [part='destination']:has(:focus-visible) {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  [type='radio'] {
    flex: none;
    width: 20px;
    height: 20px;
    margin: 0;
    outline: 0;
    accent-color: var(--_accent);
  }
  [part='field'] {
    display: grid;
    gap: 4px;
    font-weight: 500;
  }
  [type='text'] {
    box-sizing: border-box;
    width: 100%;
    min-height: 48px;
    padding: 8px 12px;
    border: 1px solid var(--_muted);
    border-radius: calc(var(--_radius) - 6px);
    background: var(--_surface);
    color: inherit;
    font: inherit;
  }
  [type='text']:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 1px;
  }
  [aria-invalid='true'] {
    border-color: var(--_danger);
  }
  .receipt > :last-child dd {
    font-size: 1.125rem;
  }
  [part='withdrawal'] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 2px 12px;
    padding: 12px 0;
    border-top: 1px solid var(--_border);
  }
  [part='withdrawal-status'] {
    font-weight: 600;
  }
  [part='withdrawal-status'].paid {
    color: var(--_accent);
  }
  .failed,
  .rejected {
    color: var(--_danger);
  }
  [part='more'] {
    flex-basis: 100%;
  }
  .plain {
    border: 1px solid var(--_border);
    background: var(--_surface);
    color: var(--_text);
  }
  .none {
    position: absolute;
  }
  .bone {
    height: 48px;
  }
  .bone + .bone {
    margin-top: 8px;
  }
`

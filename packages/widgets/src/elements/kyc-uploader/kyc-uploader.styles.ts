import { css } from 'lit'

export const kycStyles = css`
  :host {
    max-width: 30rem;
  }
  .card,
  form,
  fieldset,
  [part='slot'],
  .lens {
    display: grid;
    gap: 14px;
    min-width: 0;
  }
  header,
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
  }
  header {
    justify-content: space-between;
  }
  h2 {
    font-size: 1.125rem;
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
  [part='status'] {
    padding: 2px 12px;
    border-radius: 12px;
    background: var(--_quiet);
    font-size: 0.875rem;
    font-weight: 600;
  }
  [part='status'].verified {
    color: var(--_accent);
  }
  [part='status'].rejected {
    color: var(--_danger);
  }
  [part='status'].pending {
    background: var(--_warn-surface);
    color: var(--_warn);
  }
  .quiet,
  [part='slot'] {
    padding: 12px 14px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_quiet);
  }
  [part='reasons'],
  [part='notice'] ul {
    padding-inline-start: 1.2em;
    list-style: disc;
  }
  [part='advice'] {
    font-weight: 500;
  }
  [part='type'],
  .check {
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
  [part='type']:has(:checked) {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
  [part='type']:has(:focus-visible),
  .check:has(:focus-visible),
  .choose:has(:focus-visible) {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  [type='radio'],
  [type='checkbox'] {
    flex: none;
    width: 20px;
    height: 20px;
    margin: 0;
    outline: 0;
    accent-color: var(--_accent);
  }
  label:not([part='type'], .check, .choose) {
    display: grid;
    flex: 1 1 12rem;
    gap: 4px;
    font-weight: 500;
  }
  label > input:not([type='radio'], [type='checkbox'], .hidden) {
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
  label > input:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 1px;
  }
  [aria-invalid='true'] {
    border-color: var(--_danger);
  }
  [part='slot'] {
    gap: 8px;
  }
  .refused [part='progress-text'],
  .locked [part='progress-text'] {
    color: var(--_danger);
  }
  .doubtful [part='progress-text'] {
    color: var(--_warn);
  }
  [part='preview'] {
    max-width: 100%;
    max-height: 160px;
    border-radius: 8px;
  }
  progress {
    width: 100%;
    accent-color: var(--_accent);
  }
  .row > button,
  .choose {
    flex: 1 1 8rem;
  }
  .plain,
  .choose {
    border: 1px solid var(--_border);
    background: var(--_surface);
    color: var(--_text);
  }
  .choose {
    position: relative;
    box-sizing: border-box;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    min-height: 48px;
    padding: 0.5em 1.25em;
    border-radius: var(--_radius);
    font-weight: 600;
    cursor: pointer;
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
  dialog {
    box-sizing: border-box;
    width: 100%;
    max-width: 100%;
    height: 100%;
    max-height: 100%;
    padding: 12px;
    border: 0;
    background: #000;
    color: #fff;
  }
  dialog[open] {
    display: grid;
    grid-template-rows: 1fr auto;
    gap: 12px;
  }
  .lens {
    grid-template-rows: 1fr auto;
    min-height: 0;
  }
  video {
    width: 100%;
    height: 100%;
    min-height: 0;
    object-fit: contain;
  }
  .fine {
    padding: 10px 14px;
  }
`

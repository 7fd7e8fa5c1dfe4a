import { css } from 'lit'

export const kycStyles = css`
  :host {
    max-width: 30rem;
  }
  .card,
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
  .choose:has(:focus-visible) {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
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

import { css } from 'lit'

export const referralStyles = css`
  :host {
    max-width: 30rem;
  }
  .card {
    display: grid;
    gap: 14px;
    min-width: 0;
  }
  h2 {
    font-size: 1.125rem;
  }
  [part='code-box'] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    padding-block: 12px;
    padding-inline: 14px 10px;
    border: 1px dashed var(--_muted);
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_quiet);
  }
  [part='code'] {
    font-size: 1.375rem;
    font-weight: 700;
    line-height: 1.3;
    letter-spacing: 0.1em;
    overflow-wrap: normal;
    user-select: all;
  }
  .plain {
    border-color: var(--_border);
    background: var(--_surface);
    color: var(--_text);
  }
  [part='copy'] {
    padding-inline: 0.9em;
  }
  [part='ways'] {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  [part='ways'] > * {
    flex: 1 1 auto;
    padding-inline: 1em;
    overflow-wrap: normal;
  }
  a {
    box-sizing: border-box;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    min-height: 48px;
    padding: 0.5em 1.25em;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    color: var(--_text);
    font-weight: 600;
    text-decoration: none;
  }
  a:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  [part='progress'] {
    display: grid;
    gap: 8px;
  }
  dl > div {
    box-sizing: border-box;
    flex-basis: 40%;
  }
  [part='earned'] {
    color: var(--_accent);
  }
  .none {
    position: absolute;
  }
  /* As tall as what comes in their place. */
  .bone {
    height: 82px;
    margin-top: 14px;
  }
  .bone.line {
    height: 90px;
    margin-top: 0;
  }
  .bone.row {
    height: 48px;
  }
  .bone.grid {
    height: 146px;
  }
`

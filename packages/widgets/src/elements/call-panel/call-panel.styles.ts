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
    line-height: 1.35;
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
    box-shadow:
      0 0 0 3px var(--_surface),
      0 0 0 5px var(--_good);
    animation: pulse 1.4s infinite;
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
    text-align: center;
  }
  .estimate {
    margin-top: -12px;
    text-align: center;
  }
  dl {
    display: flex;
    gap: 8px;
  }
  dl > div {
    flex: 1;
    min-width: 0;
    padding: 10px 14px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_quiet);
  }
  dt {
    line-height: 1.35;
  }
  dd {
    font-size: 1.375rem;
    font-weight: 600;
    line-height: 1.35;
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
  .plain {
    background: var(--_quiet);
    color: var(--_text);
  }
  @container (max-width: 279px) {
    dl {
      flex-direction: column;
    }
  }
`

import { css } from 'lit'

export const withdrawStyles = css`
  :host {
    max-width: 30rem;
  }
  .card,
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

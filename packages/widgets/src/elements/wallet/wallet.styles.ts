import { css } from 'lit'

export const walletStyles = css`
  :host {
    max-width: 30rem;
  }
  .card {
    display: grid;
    gap: 16px;
  }
  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
  }
  h2 {
    font-size: 1.125rem;
  }
  h3 {
    margin-bottom: 4px;
  }
  header .plain {
    min-height: 44px;
    padding: 0.25em 1em;
    font-size: 0.875rem;
  }
  .plain {
    background: var(--_quiet);
    color: var(--_text);
  }
  .wide {
    width: 100%;
  }
  [part='balance'] {
    font-size: clamp(1.75rem, 11cqi, 3rem);
    font-weight: 600;
    letter-spacing: -0.01em;
    line-height: 1.15;
    overflow-wrap: normal;
  }
  li {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 16px;
    padding: 10px 0;
    border-bottom: 1px solid var(--_border);
  }
  li:last-child {
    border-bottom: 0;
  }
  li > div {
    min-width: 0;
  }
  [part='coins'] {
    flex: none;
    font-weight: 600;
  }
  .in {
    color: var(--_good);
  }
  .none {
    position: absolute;
  }
  .bones {
    display: grid;
    gap: 16px;
  }
  .balance {
    width: 9rem;
    height: 4.75rem;
  }
  .buckets {
    height: 4.25rem;
  }
  .row {
    height: 3rem;
  }
`

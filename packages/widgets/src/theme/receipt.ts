import { css } from 'lit'

/** Lines of a word and a value, as on a receipt. */
export const receiptStyles = css`
  dl.receipt {
    display: grid;
    gap: 0;
    padding: 4px 14px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_quiet);
  }
  .receipt > div {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 0 16px;
    padding: 8px 0;
    border-radius: 0;
  }
  .receipt > div + div {
    border-top: 1px solid var(--_border);
  }
  .receipt dd {
    margin-inline-start: auto;
    font-size: 0.9375rem;
    text-align: end;
    white-space: normal;
    overflow-wrap: anywhere;
  }
`

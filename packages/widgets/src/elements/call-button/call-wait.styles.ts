import { css } from 'lit'

/** What the call button needs only while its callee is waited for. */
export const callWaitStyles = css`
  .waiting {
    display: grid;
    gap: 6px;
    margin-top: 4px;
  }
  .waiting p {
    min-height: 0;
    margin: 0;
  }
  .waiting .turn {
    color: var(--_text);
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .plain {
    min-height: 44px;
    background: var(--_quiet);
    color: var(--_text);
    font-size: 0.9375rem;
  }
`

import { css } from 'lit'

/** Names and figures side by side, on a card. */
export const figureStyles = css`
  :host {
    --_good: var(--ihc-online, #12805c);
  }
  @supports (color: light-dark(red, red)) {
    :host {
      --_good: var(--ihc-online, light-dark(#12805c, #6fd8bb));
    }
  }
  dl {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin: 0;
    overflow-wrap: normal;
  }
  dl > div {
    flex: 1 1 0;
    min-width: min-content;
    padding: 10px 12px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_quiet);
  }
  dt {
    line-height: var(--_leading, 1.35);
  }
  dd {
    margin: 0;
    font-size: 1.25rem;
    font-weight: 600;
    line-height: var(--_leading, 1.35);
    white-space: nowrap;
  }
`

import { css } from 'lit'

export const walletStyles = css`
  :host {
    max-width: 30rem;
  }
  .card {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 8px 12px;
    overflow-wrap: break-word;
  }
  h2 {
    font-size: 1.125rem;
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
  .kinds {
    display: grid;
    gap: 0;
    padding: 2px 14px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_quiet);
  }
  .kinds > div {
    display: grid;
    grid-template: 'kind coins' 'use coins' / 1fr auto;
    gap: 0 16px;
    align-items: center;
    padding: 10px 0;
    border-radius: 0;
  }
  .kinds > div + div {
    border-top: 1px solid var(--_border);
  }
  .kinds dt {
    color: var(--_text);
    font-weight: 600;
  }
  .kinds dd {
    grid-area: coins;
  }
  .kinds .use {
    grid-area: use;
    font-weight: 400;
    white-space: normal;
  }
  .lines {
    display: grid;
    gap: 4px;
  }
  .lines .banner {
    margin-top: 4px;
  }
  .held {
    padding: 12px 14px;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) - 4px);
  }
  [part='hold'] {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 16px;
    padding: 6px 0;
  }
  [part='hold'] > :first-child {
    flex: 1 1 8em;
  }
  [part='hold'] .muted {
    flex-basis: 100%;
  }
  .amount {
    flex: none;
    font-weight: 600;
    overflow-wrap: normal;
  }
  .amount {
    line-height: var(--_leading, 1.3);
    text-align: end;
  }
  .unit {
    display: block;
    font-size: 0.75rem;
    font-weight: 400;
  }
  .history {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
  }
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .chip {
    min-height: 44px;
    padding: 0 0.9em;
    border-color: var(--_border);
    border-radius: 22px;
    background: none;
    font-size: 0.875rem;
    font-weight: 500;
  }
  .chip[aria-pressed='true'] {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
  }
  /* Fingers push a row that is too long; a mouse cannot. */
  @media (hover: none) {
    .filters {
      flex-wrap: nowrap;
      margin-inline: -20px;
      padding: 4px 20px;
      overflow-x: auto;
      scrollbar-width: none;
    }
    .chip {
      flex: none;
    }
  }
  [part='transaction'] {
    border-bottom: 1px solid var(--_border);
  }
  [part='transaction']:last-child {
    border-bottom: 0;
  }
  .toggle {
    display: flex;
    justify-content: space-between;
    gap: 16px;
    width: calc(100% + 18px);
    margin-inline: -9px;
    padding: 10px 8px;
    border-radius: calc(var(--_radius) - 4px);
    background: none;
    font-weight: 400;
    text-align: start;
  }
  .toggle:hover,
  .open .toggle {
    background: var(--_quiet);
    filter: none;
  }
  .what {
    display: grid;
    min-width: 0;
    line-height: var(--_leading, 1.4);
  }
  [part='note-text'] {
    overflow-wrap: anywhere;
  }
  .in {
    color: var(--_good);
  }
  /* On the darker ground of a row that is open, the lighter green would be hard to read. */
  .toggle:hover .in,
  .open .in {
    color: var(--_accent);
  }
  .details {
    display: grid;
    gap: 12px;
    padding: 8px 0 16px;
  }
  .receipt [part='number'],
  .receipt [part='reference'] {
    font-size: 0.75rem;
    font-weight: 400;
    user-select: all;
  }
  .receipt-bone {
    height: 10rem;
  }
  .empty {
    padding: 12px 0;
    text-align: center;
  }
  .none {
    position: absolute;
  }
  .bones {
    display: grid;
    gap: 16px;
  }
  .bone.balance {
    width: 9rem;
    height: 4.75rem;
  }
  .buckets {
    height: 11rem;
  }
  .chips {
    height: 2.75rem;
  }
  .row {
    height: 3.25rem;
  }
  @container (min-width: 400px) {
    .kinds {
      grid-template-columns: repeat(3, minmax(0, 1fr));
      gap: 8px;
      padding: 0;
      background: none;
    }
    .kinds > div {
      grid-template: 'kind' 'coins' 'use' 1fr / 1fr;
      align-items: start;
      padding: 10px 12px;
      border-radius: calc(var(--_radius) - 4px);
    }
    .kinds > div + div {
      border-top: 0;
    }
    .buckets {
      height: 6.5rem;
    }
  }
`

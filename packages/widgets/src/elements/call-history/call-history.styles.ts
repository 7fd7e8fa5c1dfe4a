import { css } from 'lit'

export const callHistoryStyles = css`
  :host {
    max-width: 30rem;
  }
  .card {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 12px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 10px;
    overflow-wrap: break-word;
  }
  h2 {
    font-size: 1.125rem;
  }
  header .plain {
    min-height: 44px;
    margin-inline-start: auto;
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
  .badge,
  .new {
    padding: 0.1em 0.7em;
    border-radius: 1em;
    background: var(--_danger);
    color: var(--_on-danger);
    font-size: 0.8125rem;
    font-weight: 600;
    white-space: nowrap;
  }
  .new {
    padding-inline: 0.5em;
    font-size: 0.75rem;
  }
  li[part='call'] {
    border-bottom: 1px solid var(--_border);
  }
  li[part='call']:last-child {
    border-bottom: 0;
  }
  .row {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .toggle {
    flex: 1;
    justify-content: start;
    gap: 12px;
    min-width: 0;
    margin-inline-start: -8px;
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
  .icon {
    flex: none;
    display: grid;
    place-items: center;
    width: 36px;
    height: 36px;
    border-radius: 50%;
    background: var(--_quiet);
    color: var(--_muted);
  }
  .toggle:hover .icon,
  .open .icon {
    background: var(--_surface);
  }
  .way {
    width: 20px;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  [lang|='ur'] .way {
    scale: -1 1;
  }
  .missed {
    color: var(--_danger);
  }
  .what {
    display: grid;
    flex: 1;
    min-width: 0;
    line-height: var(--_leading, 1.4);
  }
  .first {
    display: flex;
    align-items: baseline;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 8px;
  }
  .name {
    flex: 1 1 6em;
    display: -webkit-box;
    overflow: hidden;
    margin-block: -2px;
    padding-block: 2px;
    font-weight: 600;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  [part='coins'] {
    flex: none;
    font-weight: 600;
    overflow-wrap: normal;
  }
  .in {
    color: var(--_good);
  }
  /* On the darker ground of a row that is open, the lighter green would be hard to read. */
  .toggle:hover .in,
  .open .in {
    color: var(--_accent);
  }
  .round {
    flex: none;
    width: 44px;
    min-height: 44px;
    padding: 0;
    border-radius: 50%;
    color: var(--_accent);
  }
  .round[aria-disabled='true'] {
    color: var(--_muted);
  }
  .round svg {
    width: 20px;
    fill: currentColor;
  }
  .row + .fault {
    padding: 0 0 10px;
  }
  .details {
    display: grid;
    gap: 16px;
    padding: 4px 0 20px;
  }
  .adjustments li {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 12px;
    font-size: 0.9375rem;
  }
  .receipt-bone {
    height: 12rem;
  }
  .reporting,
  .report {
    display: grid;
    gap: 12px;
  }
  .details button {
    min-height: 44px;
    font-size: 0.9375rem;
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 12px;
    min-height: 44px;
    cursor: pointer;
  }
  .choice input {
    flex: none;
    width: 20px;
    height: 20px;
    margin: 0;
    accent-color: var(--_accent);
  }
  .comment {
    display: grid;
    gap: 6px;
  }
  textarea {
    box-sizing: border-box;
    width: 100%;
    padding: 10px 12px;
    border: 1px solid var(--_muted);
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_surface);
    color: inherit;
    font: inherit;
    resize: vertical;
  }
  textarea:focus-visible,
  .banner:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 1px;
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
  .bones .bone {
    height: 4rem;
  }
  @container (max-width: 330px) {
    .toggle {
      gap: 8px;
    }
    .icon {
      width: 28px;
      height: 28px;
    }
    .way {
      width: 16px;
    }
  }
`

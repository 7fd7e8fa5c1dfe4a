import { css } from 'lit'

/** The card that the larger elements sit on. */
export const card = css`
  :host {
    --_surface: var(--ihc-surface, #fff);
    --_border: var(--ihc-border, #d7e0dc);
    --_warn: var(--ihc-warning, #8a4b00);
    --_warn-surface: var(--ihc-warning-surface, #fff3e0);
    display: block;
    container-type: inline-size;
  }
  @supports (color: light-dark(red, red)) {
    :host {
      --_surface: var(--ihc-surface, light-dark(#fff, #161d1a));
      --_border: var(--ihc-border, light-dark(#d7e0dc, #313e39));
      --_warn: var(--ihc-warning, light-dark(#8a4b00, #ffc069));
      --_warn-surface: var(--ihc-warning-surface, light-dark(#fff3e0, #33260f));
    }
  }
  .card {
    box-sizing: border-box;
    padding: 20px;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) + 4px);
    background: var(--_surface);
    overflow-wrap: anywhere;
  }
  h2,
  h3,
  p,
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  h2,
  h3 {
    font-size: 1rem;
    font-weight: 600;
  }
  .muted {
    color: var(--_muted);
    font-size: 0.875rem;
  }
  .fault {
    color: var(--_danger);
    font-size: 0.875rem;
  }
  .digits {
    font-variant-numeric: tabular-nums;
  }
  .banner {
    padding: 10px 14px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_warn-surface);
    color: var(--_warn);
    font-size: 0.9375rem;
    font-weight: 500;
  }
  .bone {
    border-radius: 8px;
    background: var(--_quiet);
    animation: pulse 1.2s infinite;
  }
  @container (max-width: 300px) {
    .card {
      padding: 16px;
    }
  }
`

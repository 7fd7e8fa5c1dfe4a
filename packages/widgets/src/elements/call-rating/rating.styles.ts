import { css } from 'lit'

/** Stars and reasons of a rating. */
export const ratingStyles = css`
  .rating {
    display: grid;
    gap: 12px;
  }
  .words {
    display: grid;
    gap: 6px;
  }
  .words textarea {
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
  .words textarea:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 1px;
  }
  fieldset {
    position: relative;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0;
    font-weight: 600;
  }
  legend.muted {
    margin-bottom: 8px;
    font-weight: 400;
  }
  .stars {
    display: flex;
    margin-inline: -6px;
  }
  .stars label {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    border-radius: 50%;
    color: var(--_star-off);
    font-size: 1.875rem;
    line-height: 1;
    cursor: pointer;
  }
  .stars .lit {
    color: var(--_star);
  }
  .stars label:hover {
    background: var(--_quiet);
  }
  .stars label:has(:focus-visible),
  .chip:has(:focus-visible) {
    outline: 3px solid var(--_accent);
    outline-offset: 1px;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    min-height: 44px;
    box-sizing: border-box;
    padding: 0.25em 1em;
    border: 1px solid var(--_border);
    border-radius: 22px;
    font-size: 0.9375rem;
    cursor: pointer;
  }
  .chip:hover {
    background: var(--_quiet);
  }
  .chip:has(:checked) {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
  }
  :host {
    --_star: var(--ihc-star, #a15c00);
    --_star-off: #7d8b85;
  }
  @supports (color: light-dark(red, red)) {
    :host {
      --_star: var(--ihc-star, light-dark(#a15c00, #ffc069));
      --_star-off: light-dark(#7d8b85, #70807a);
    }
  }
`

import { css } from 'lit'

/** Fields, and rows of radio buttons or a check box that are pressed as a whole. */
export const formStyles = css`
  form,
  fieldset {
    display: grid;
    gap: 14px;
    min-width: 0;
  }
  fieldset {
    gap: 8px;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0 0 8px;
    font-weight: 600;
  }
  .choice,
  .field input {
    box-sizing: border-box;
    min-height: 48px;
    padding: 8px 14px;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) - 4px);
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 12px;
    cursor: pointer;
  }
  fieldset .choice:has(:checked) {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
  .choice:has(:focus-visible),
  .field input:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  .choice input {
    flex: none;
    width: 20px;
    height: 20px;
    margin: 0;
    outline: 0;
    accent-color: var(--_accent);
  }
  .field {
    display: grid;
    flex: 1 1 12rem;
    gap: 4px;
    font-weight: 500;
  }
  .field input {
    width: 100%;
    border-color: var(--_muted);
    background: var(--_surface);
    color: inherit;
    font: inherit;
  }
  .field [aria-invalid='true'] {
    border-color: var(--_danger);
  }
  .field span {
    font-weight: 400;
  }
  .plain {
    border: 1px solid var(--_border);
    background: var(--_surface);
    color: var(--_text);
  }
`

import { css } from 'lit'

/** The dot's shape tells the states apart too: full, half and hollow. */
export const presenceStyles = css`
  :host {
    --_online: var(--ihc-online, #12805c);
    --_busy: var(--ihc-busy, #a15c00);
    display: inline-block;
    min-width: 5em;
    max-width: 100%;
    font-size: 0.875rem;
  }
  @supports (color: light-dark(red, red)) {
    :host {
      --_online: var(--ihc-online, light-dark(#12805c, #6fd8bb));
      --_busy: var(--ihc-busy, light-dark(#a15c00, #ffc069));
    }
  }
  [part='presence'] {
    display: inline-flex;
    align-items: center;
    gap: 0.5em;
    max-width: 100%;
    color: var(--_muted);
  }
  [part='dot'] {
    box-sizing: border-box;
    flex: none;
    width: 0.7em;
    height: 0.7em;
    border: 2px solid currentColor;
    border-radius: 50%;
  }
  .online {
    color: var(--_online);
  }
  .busy {
    color: var(--_busy);
  }
  .online [part='dot'] {
    background: currentColor;
  }
  .busy [part='dot'] {
    background: linear-gradient(90deg, currentColor 50%, transparent 50%);
  }
  .stale [part='dot'] {
    background: none;
  }
  .stale {
    color: var(--_muted);
  }
  .loading [part='label'] {
    width: 3.5em;
    height: 1em;
  }
  .loading [part='dot'],
  .loading [part='label'] {
    border-color: transparent;
    border-radius: 6px;
    background: var(--_quiet);
    animation: pulse 1.2s infinite;
  }
  @media (prefers-reduced-motion: reduce) {
    .loading * {
      animation: none !important;
    }
  }
`

import { css } from 'lit'

/** What is said later (`p:empty`) has its place in the page, and none on the screen. */
export const kycStyles = css`
  :host {
    max-width: 30rem;
  }
  .card,
  .box {
    display: grid;
    gap: 14px;
    min-width: 0;
  }
  header,
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 8px 12px;
  }
  p:empty {
    position: absolute;
    padding: 0;
  }
  [part='status'] {
    font-weight: 600;
  }
  .verified {
    color: var(--_accent);
  }
  .rejected,
  .refused p,
  .locked p {
    color: var(--_danger);
  }
  .pending,
  .doubtful p {
    color: var(--_warn);
  }
  .box {
    gap: 8px;
    padding: 12px 14px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_quiet);
  }
  ul {
    padding-inline-start: 1.2em;
    list-style: disc;
  }
  img {
    max-width: 100%;
    max-height: 160px;
  }
  progress {
    width: 100%;
    accent-color: var(--_accent);
  }
  .row > button {
    flex: 1 1 8rem;
  }
  .bone {
    height: 48px;
    margin-top: 8px;
  }
  dialog {
    max-width: 100%;
    border: 0;
    background: #000;
    color: #fff;
  }
  video {
    max-width: 100%;
    max-height: 70vh;
  }
`

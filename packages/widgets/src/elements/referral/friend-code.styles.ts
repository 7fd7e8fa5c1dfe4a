import { css } from 'lit'
import { formStyles } from '../../theme/form.ts'

export const friendCodeStyles = [
  formStyles,
  css`
    .news {
      background: var(--_quiet);
      color: var(--_text);
    }
    .by-link {
      padding: 14px 16px 16px;
      border: 1px solid var(--_accent);
      border-radius: calc(var(--_radius) - 4px);
    }
    form:not(.by-link) {
      padding-top: 14px;
      border-top: 1px solid var(--_border);
    }
    .entry {
      display: flex;
      flex-wrap: wrap;
      align-items: end;
      gap: 8px;
    }
    .entry input {
      letter-spacing: 0.08em;
      text-transform: uppercase;
    }
    @container (max-width: 330px) {
      .entry button {
        flex: 1 0 100%;
      }
    }
    [part='redemption']:focus-visible {
      outline: 3px solid var(--_accent);
      outline-offset: 2px;
    }
  `,
]

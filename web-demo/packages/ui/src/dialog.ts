import { css } from "lit";

/** A dialog with a question or a form. */
export const dialog = css`
  dialog {
    width: min(92vw, 440px);
    padding: 24px;
    border: 0;
    border-radius: var(--op-radius);
    background: var(--op-surface);
    color: var(--op-ink);
  }
  dialog::backdrop {
    background: rgb(8 12 14 / 55%);
  }
`;

import { css } from "lit";

/** Styles of a dialog with a form. */
export const dialogStyles = css`
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
  dialog .pair {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 12px;
  }
  dialog .pair button {
    min-height: 44px;
    padding: 8px 12px;
    font-size: 16px;
  }
`;

import { css } from "lit";
import { dialog } from "@ownerproof/ui";

/** Styles of a dialog with a form. */
export const dialogStyles = css`
  ${dialog}
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

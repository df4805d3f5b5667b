import { css, html } from "lit";
import { customElement, query } from "lit/decorators.js";
import { LocalizedElement, base, dialog } from "@ownerproof/ui";
import { t } from "./texts.ts";

const KEYS = [
  ["j", "keys_next"],
  ["k", "keys_previous"],
  ["Enter", "keys_open"],
  ["x", "keys_select"],
  ["r", "keys_reply"],
  ["n", "keys_note"],
  ["a", "keys_assign"],
  ["/", "keys_search"],
  ["Esc", "keys_back"],
  ["Ctrl Enter", "keys_send"],
  ["?", "keys_help"],
] as const;

/** The sheet of keys. */
@customElement("complaint-keysheet")
export class ComplaintKeysheet extends LocalizedElement {
  @query("dialog") private dialog!: HTMLDialogElement;

  static override styles = [
    base,
    dialog,
    css`
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 8px 20px;
        margin: 16px 0;
      }
      kbd {
        padding: 2px 8px;
        border: 1px solid var(--op-line-strong);
        border-radius: 6px;
        font: 500 14px var(--op-font-mono);
      }
    `,
  ];

  /** Shows it. */
  show(): void {
    if (!this.dialog.open) this.dialog.showModal();
  }

  protected override render() {
    return html`<dialog aria-labelledby="keys" data-testid="keys">
      <h2 id="keys">${t("keys")}</h2>
      <dl>${KEYS.map(([key, does]) => html`<dt><kbd>${key}</kbd></dt><dd>${t(does)}</dd>`)}</dl>
      <form method="dialog"><button class="quiet">${t("dialog_close")}</button></form>
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-keysheet": ComplaintKeysheet;
  }
}

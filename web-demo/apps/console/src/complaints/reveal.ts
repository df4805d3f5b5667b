import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type Revealed, body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { dialogStyles } from "./dialog.ts";
import { t, tCode } from "./texts.ts";

const REASONS = ["complaint", "decision", "correction", "authority", "other"] as const;

/** Name and phone of who complains, unmasked with a reason: every look is audited. */
@customElement("complaint-reveal")
export class ComplaintReveal extends LocalizedElement {
  @property() complaintId = "";

  @state() private values: Revealed["values"] = [];
  @state() private busy = false;
  @state() private error: unknown = null;

  @query("dialog") private dialog!: HTMLDialogElement;

  static override styles = [
    base,
    dialogStyles,
    css`
      button.text {
        min-height: 36px;
        padding: 4px 0;
        font-size: 14px;
      }
      .values {
        padding: 8px 12px;
        font-size: 14px;
      }
    `,
  ];

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("complaintId")) this.values = [];
  }

  async #reveal(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    this.busy = true;
    this.error = null;
    try {
      const revealed = await body(
        api.POST("/console/reveals", {
          body: {
            subject_kind: "complaint",
            subject_id: this.complaintId,
            fields: ["name", "phone"],
            reason: form.get("reason") as (typeof REASONS)[number],
            sentence: String(form.get("sentence") ?? ""),
          },
        }),
      );
      this.values = revealed.values;
      this.dialog.close();
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  protected override render() {
    return html`
      ${this.values.length > 0
        ? html`<div class="notice values mono" data-testid="revealed">${this.values.map(({ value }) => html`<div>${value}</div>`)}</div>`
        : html`<button class="text" data-testid="reveal" @click=${() => this.dialog.showModal()}>${t("reveal")}</button>`}
      <dialog aria-labelledby="reveal">
        <form class="stack" @submit=${this.#reveal}>
          <div>
            <h2 id="reveal">${t("reveal")}</h2>
            <p class="lead small">${t("reveal_lead")}</p>
          </div>
          <div>
            <label for="reason">${t("reveal_reason")}</label>
            <select id="reason" name="reason">${REASONS.map((reason) => html`<option value=${reason}>${tCode("reveal_reason", reason)}</option>`)}</select>
          </div>
          <div>
            <label for="sentence">${t("reveal_sentence")}</label>
            <input id="sentence" name="sentence" maxlength="200" required data-testid="reveal-sentence" />
          </div>
          ${problem(this.error)}
          <div class="pair">
            <button type="button" class="quiet" @click=${() => this.dialog.close()}>${t("cancel")}</button>
            <button data-testid="do-reveal" ?disabled=${this.busy}>${t("reveal_go")}</button>
          </div>
        </form>
      </dialog>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-reveal": ComplaintReveal;
  }
}

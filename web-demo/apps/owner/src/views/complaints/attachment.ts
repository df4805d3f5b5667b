import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { body } from "@ownerproof/api-client";
import { LocalizedElement, base, draw, save } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { problem } from "../../parts/problem.ts";
import { t } from "../../texts/index.ts";

/** A file of the complaint, fetched when the person asks for it: a picture is shown, anything else is kept. */
@customElement("owner-attachment")
export class OwnerAttachment extends LocalizedElement {
  @property() complaintId = "";
  @property() attachmentId = "";

  @state() private shown = false;
  @state() private error: unknown = null;

  @query("canvas") private canvas!: HTMLCanvasElement;

  static override styles = [
    base,
    css`
      canvas {
        display: block;
        max-width: 100%;
        margin-top: 8px;
        border-radius: var(--op-radius-s);
      }
      button.text {
        min-height: 36px;
        padding: 4px 8px;
        font-size: 15px;
      }
    `,
  ];

  async #open(): Promise<void> {
    const params = { path: { id: this.complaintId, attachment_id: this.attachmentId } };
    this.error = null;
    try {
      const file: Blob = await body(api.GET("/owner/complaints/{id}/attachments/{attachment_id}", { params, parseAs: "blob" }));
      this.shown = await draw(file, this.canvas);
      if (!this.shown) save(file, `${this.attachmentId}.pdf`);
    } catch (error) {
      this.error = error;
    }
  }

  protected override render() {
    return html`
      ${this.shown ? null : html`<button type="button" class="text" data-testid="attachment" @click=${this.#open}>${t("attachment_open")}</button>`}
      <canvas ?hidden=${!this.shown}></canvas>
      ${problem(this.error)}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-attachment": OwnerAttachment;
  }
}

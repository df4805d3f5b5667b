import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { body } from "@ownerproof/api-client";
import { LocalizedElement, save } from "@ownerproof/ui";
import "../picture.ts";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { t } from "./texts.ts";

/** A file of a case, fetched when somebody looks at it: every look is recorded. */
@customElement("complaint-attachment")
export class ComplaintAttachment extends LocalizedElement {
  @property() complaintId = "";
  @property() attachmentId = "";

  @state() private picture: Blob | null = null;
  @state() private error: unknown = null;

  async #look(): Promise<void> {
    const params = { path: { id: this.complaintId, attachment_id: this.attachmentId } };
    this.error = null;
    try {
      const file: Blob = await body(api.GET("/console/complaints/{id}/attachments/{attachment_id}", { params, parseAs: "blob" }));
      if (file.type.startsWith("image/")) this.picture = file;
      else save(file, `${this.attachmentId}.pdf`);
    } catch (error) {
      this.error = error;
    }
  }

  protected override render() {
    return html`
      ${this.picture
        ? html`<console-picture .image=${this.picture} caption=${t("attachment")}></console-picture>`
        : html`<button type="button" class="text" data-testid="attachment" @click=${this.#look}>${t("attachment_look")}</button>`}
      ${problem(this.error)}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-attachment": ComplaintAttachment;
  }
}

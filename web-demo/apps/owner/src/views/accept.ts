import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { body } from "@ownerproof/api-client";
import { LocalizedElement, base, locale } from "@ownerproof/ui";
import { api } from "../api.ts";
import { problem } from "../parts/problem.ts";
import { go, href } from "../router.ts";
import { AGREEMENT, type Document, NOTICE } from "../texts/documents.ts";
import { t } from "../texts/index.ts";

/** The counterparty reads the responsibility notice and the agreement, and accepts (Rules, Art 13 and 17). */
@customElement("owner-accept")
export class OwnerAccept extends LocalizedElement {
  @property() transferId = "";

  @state() private notice = false;
  @state() private agreement = false;
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      .document {
        max-height: 320px;
        overflow-y: auto;
        font-size: 16px;
        line-height: 1.75;
      }
      .document p + p {
        margin-top: 10px;
      }
      section .check {
        margin-top: 12px;
        padding-top: 14px;
        border-top: 1px solid var(--op-line);
      }
    `,
  ];

  async #accept(): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await body(
        api.POST("/owner/transfers/{id}/accept", {
          params: { path: { id: this.transferId } },
          body: { responsibility_notice_version: NOTICE.version, agreement_version: AGREEMENT.version },
        }),
      );
      go({ view: "transfer", id: this.transferId });
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  protected override render() {
    const ready = this.notice && this.agreement;
    return html`<div class="stack-l">
      <div>
        <h1>${t("accept_title")}</h1>
        <p class="lead">${t("accept_lead")}</p>
      </div>
      ${this.#document(NOTICE, "notice", t("notice_check"), (checked) => (this.notice = checked))}
      ${this.#document(AGREEMENT, "agreement", t("agreement_check"), (checked) => (this.agreement = checked))}
      ${problem(this.error)}
      <div class="stack">
        <button class="wide" data-testid="accept" ?disabled=${!ready || this.busy} @click=${this.#accept}>${t("accept")}</button>
        <p class="muted small" ?hidden=${ready}>${t("accept_hint")}</p>
        <a class="button text" href=${href({ view: "transfer", id: this.transferId })}>${t("result_progress")}</a>
      </div>
    </div>`;
  }

  #document(document: Document, id: string, label: string, change: (checked: boolean) => void) {
    const { title, paragraphs } = document[locale() === "en" ? "en" : "zh"];
    return html`<section class="panel">
      <h2 id="${id}-title">${title}</h2>
      <div class="document" tabindex="0" role="region" aria-labelledby="${id}-title">
        ${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
      </div>
      <label class="check">
        <input type="checkbox" data-testid=${id} @change=${(event: Event) => change((event.target as HTMLInputElement).checked)} />
        <span>${label}</span>
      </label>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-accept": OwnerAccept;
  }
}

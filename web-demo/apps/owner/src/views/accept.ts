import { type PropertyValues, css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type OwnerRequest, type SignedText, body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { api } from "../api.ts";
import { addressField } from "../parts/address.ts";
import { consequences, consequencesStyles } from "../parts/consequences.ts";
import { problem, skeleton } from "../parts/problem.ts";
import { actions } from "../parts/stages.ts";
import { go, href } from "../router.ts";
import { t, tCode, tRequest } from "../texts/index.ts";
import { paragraphs } from "../texts/signed.ts";

/** The last word: both texts are read and signed (Rules, Art 13 and 17), a new owner gives an address (Art 5). */
@customElement("owner-accept")
export class OwnerAccept extends LocalizedElement {
  @property() requestId = "";

  @state() private request: OwnerRequest | null = null;
  @state() private texts: SignedText[] = [];
  @state() private read = new Set<string>();
  @state() private address = "";
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    consequencesStyles,
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

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("requestId") && this.requestId) void this.#load();
  }

  async #load(): Promise<void> {
    this.error = null;
    try {
      const params = { path: { id: this.requestId } };
      const [request, { items }] = await Promise.all([
        body(api.GET("/owner/requests/{id}", { params })),
        body(api.GET("/texts")),
      ]);
      if (!actions(request).accept) return go({ view: "request", id: this.requestId });
      [this.request, this.texts] = [request, items];
    } catch (error) {
      this.error = error;
    }
  }

  async #accept(): Promise<void> {
    this.busy = true;
    this.error = null;
    const version = (name: string): string => this.texts.find((text) => text.name === name)?.version ?? "";
    try {
      await body(
        api.POST("/owner/requests/{id}/accept", {
          params: { path: { id: this.requestId } },
          body: {
            responsibility_notice_version: version("responsibility_notice"),
            agreement_version: version("agreement"),
            ...(this.#addressNeeded ? { address: this.address.trim() } : {}),
          },
        }),
      );
      go({ view: "request", id: this.requestId });
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  /** Who becomes the owner by a transfer or a claim has given no address before. */
  get #addressNeeded(): boolean {
    return this.request?.kind === "transfer" || this.request?.kind === "claim";
  }

  get #ready(): boolean {
    return this.texts.every(({ name }) => this.read.has(name)) && (!this.#addressNeeded || this.address.trim() !== "");
  }

  protected override render() {
    const { request } = this;
    if (!request) return this.error ? problem(this.error, () => void this.#load()) : skeleton();
    return html`<div class="stack-l">
      <div>
        <h1>${tRequest("accept", request, "title")}</h1>
        <p class="lead">${tRequest("accept", request, "lead")}</p>
      </div>
      ${request.kind === "cancellation" ? consequences() : null} ${this.texts.map((text) => this.#document(text))}
      ${this.#addressNeeded
        ? addressField(this.address, (address) => (this.address = address))
        : null}
      ${problem(this.error)}
      <div class="stack">
        <button class="wide" data-testid="accept" ?disabled=${!this.#ready || this.busy} @click=${this.#accept}>
          ${tRequest("accept", request, "go")}
        </button>
        <p class="muted small" ?hidden=${this.#ready}>${t("accept_hint")}</p>
        <a class="button text" href=${href({ view: "request", id: this.requestId })}>${t("result_progress")}</a>
      </div>
    </div>`;
  }

  #document(text: SignedText) {
    const { name } = text;
    const { title, paragraphs: words } = paragraphs(text);
    return html`<section class="panel">
      <h2 id="${name}-title">${title}</h2>
      <div class="document" tabindex="0" role="region" aria-labelledby="${name}-title">
        ${words.map((paragraph) => html`<p>${paragraph}</p>`)}
      </div>
      <label class="check">
        <input type="checkbox" data-testid=${name} @change=${(event: Event) => this.#tick(name, event)} />
        <span>${tCode("read", name)}</span>
      </label>
    </section>`;
  }

  #tick(name: string, event: Event): void {
    const read = new Set(this.read);
    if ((event.target as HTMLInputElement).checked) read.add(name);
    else read.delete(name);
    this.read = read;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-accept": OwnerAccept;
  }
}

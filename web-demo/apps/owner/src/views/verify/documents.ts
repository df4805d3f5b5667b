import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type DocumentType, Problem, body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { base64 } from "../../base64.ts";
import { field } from "../../parts/field.ts";
import { reduced } from "../../parts/picture.ts";
import { problem } from "../../parts/problem.ts";
import { t, tCode } from "../../texts/index.ts";
import type { Identity } from "./identity.ts";

/** The consent below has this version, which is kept with it: change its words, change this. */
const CONSENT_VERSION = "2026-11-22";
/** Most photographs of one verification. */
const MOST = 6;
/** Refusals of a photograph that is not good enough, which a person may still make out. */
const POOR = new Set(["document-unclear", "document-no-face", "document-several-faces"]);

/**
 * The way without a face: photographs of the document, which a member of staff looks at.
 *
 * @fires documents-done Verdict
 * @fires documents-back
 */
@customElement("owner-documents")
export class OwnerDocuments extends LocalizedElement {
  @property() requestId = "";
  /** What was stated on the way with a face, so that it is not typed twice. */
  @property({ attribute: false }) value: Identity = { name: "", number: "", photo: null };

  @state() private name = "";
  @state() private type: DocumentType = "resident_id";
  @state() private number = "";
  @state() private documents: DocumentType[] = [];
  @state() private photographs: Blob[] = [];
  @state() private consent = false;
  @state() private unreadable = false;
  @state() private busy = false;
  @state() private error: unknown = null;

  /** The verification that waits for photographs, once one was opened. */
  #opened: string | null = null;

  static override styles = [
    base,
    css`
      .pick {
        position: relative;
      }
      .pick input {
        position: absolute;
        inset: 0;
        opacity: 0;
        cursor: pointer;
      }
      .pick:focus-within {
        outline: 3px solid var(--op-accent);
        outline-offset: 2px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const { documents } = await body(api.GET("/owner/policy"));
      this.documents = documents.filter(({ holder }) => holder === "person").map(({ document_type }) => document_type);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  protected override firstUpdated(): void {
    const { name, number, photo } = this.value;
    [this.name, this.number] = [name, number];
    if (photo) void this.#add(photo);
  }

  async #add(file: Blob): Promise<void> {
    const photograph = await reduced(file).catch(() => null);
    this.unreadable = photograph === null;
    if (photograph) this.photographs = [...this.photographs, photograph];
  }

  #pick(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (file) void this.#add(file);
    input.value = "";
  }

  get #ready(): boolean {
    return this.name.trim() !== "" && this.number.trim() !== "" && this.photographs.length > 0 && this.consent;
  }

  async #open(): Promise<string> {
    const opened = await body(
      api.POST("/owner/verifications", {
        body: {
          request_id: this.requestId,
          method: "documents",
          name: this.name.trim(),
          document_type: this.type,
          document_number: this.number.trim(),
        },
      }),
    );
    return opened.id;
  }

  async #send(as_they_are: boolean): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await body(api.POST("/owner/consents", { body: { purpose: "document_review", text_version: CONSENT_VERSION } }));
      const id = (this.#opened ??= await this.#open());
      const photographs = await Promise.all(
        this.photographs.map(async (photograph) => ({
          shows: "document" as const,
          picture: base64(new Uint8Array(await photograph.arrayBuffer())),
        })),
      );
      const params = { path: { id } };
      const verdict = await body(api.POST("/owner/verifications/{id}/photographs", { params, body: { photographs, as_they_are } }));
      this.dispatchEvent(new CustomEvent("documents-done", { detail: verdict }));
    } catch (error) {
      this.error = error;
      if (!this.#poor) this.#opened = null;
    }
    this.busy = false;
  }

  /** The server would take better photographs, or these if there are none. */
  get #poor(): boolean {
    return this.error instanceof Problem && POOR.has(this.error.slug);
  }

  protected override render() {
    return html`<div class="stack-l" data-testid="no-face-info">
      <div>
        <h1>${t("no_face_title")}</h1>
        <p class="lead">${t("no_face_lead")}</p>
      </div>
      ${field({ id: "name", label: t("name"), value: this.name, hint: t("identity_name_hint"), max: 50, change: (name) => (this.name = name) })}
      <div>
        <label for="type">${t("document_type")}</label>
        <select id="type" data-testid="document-type"
          @change=${(event: Event) => (this.type = (event.target as HTMLSelectElement).value as DocumentType)}>
          ${this.documents.map((type) => html`<option value=${type} ?selected=${type === this.type}>${tCode("document", type)}</option>`)}
        </select>
      </div>
      ${field({
        id: "document-number", label: t("identity_number"), value: this.number, hint: t("identity_number_hint"), max: 40, number: true,
        change: (number) => (this.number = number.toUpperCase()),
      })}
      ${this.#pictures()}
      <label class="check">
        <input type="checkbox" data-testid="consent-documents" @change=${(event: Event) => (this.consent = (event.target as HTMLInputElement).checked)} />
        <span>${t("documents_consent")}</span>
      </label>
      ${problem(this.error)}
      <div class="stack">
        ${this.#poor
          ? html`<button class="wide quiet" data-testid="as-they-are" ?disabled=${this.busy} @click=${() => this.#send(true)}>${t("documents_as_they_are")}</button>`
          : null}
        <button class="wide" data-testid="send-documents" ?disabled=${!this.#ready || this.busy} @click=${() => this.#send(false)}>
          ${t(this.busy ? "documents_sending" : "documents_send")}
        </button>
        <button class="text" @click=${() => this.dispatchEvent(new CustomEvent("documents-back"))}>${t("no_face_back")}</button>
      </div>
      <p class="muted small">${t("no_face_shop")}</p>
    </div>`;
  }

  #pictures() {
    const n = this.photographs.length;
    return html`<section class="panel stack">
      <h2>${t("documents_pictures")}</h2>
      <p class="muted">${t("documents_pictures_lead")}</p>
      ${n > 0
        ? html`<div class="row between">
            <span class="chip good" data-testid="photographs" data-count=${n}>${t("documents_count", { n })}</span>
            <button class="text danger" @click=${() => (this.photographs = [])}>${t("documents_clear")}</button>
          </div>`
        : null}
      ${this.unreadable ? html`<p class="hint bad" role="alert">${t("papers_unreadable_todo")}</p>` : null}
      <label class="button wide quiet pick">
        ${t(n > 0 ? "papers_more" : "papers_add")}
        <input type="file" accept="image/*" data-testid="photograph" ?disabled=${n >= MOST || this.busy} @change=${this.#pick} />
      </label>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-documents": OwnerDocuments;
  }
}

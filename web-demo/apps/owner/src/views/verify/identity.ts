import { css, html, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { LocalizedElement, base, draw, locale, megabytes } from "@ownerproof/ui";
import {
  type DocumentStatus,
  type DocumentText,
  type FaceVerifier,
  type LoadProgress,
  VerifyError,
  verifyTexts,
} from "@ownerproof/verify-element";
import { fault, normalise } from "../../rules/resident-id.ts";
import { t } from "../../texts/index.ts";

/** What the person states, and the picture that proves it. */
export interface Identity {
  name: string;
  number: string;
  /** Stays on the device. */
  photo: Blob | null;
}

const NOTHING: DocumentText = { number: null, name: null };

/**
 * Photograph, name and number of the resident ID, each checked at once. What can be read in the photograph is filled
 * in for the person to confirm; what they write themselves is never overwritten.
 *
 * @fires identity-ready Identity
 * @fires engine-retry   the engine has failed and a new one is wanted
 */
@customElement("owner-identity")
export class OwnerIdentity extends LocalizedElement {
  @property({ attribute: false }) value: Identity = { name: "", number: "", photo: null };
  @property({ attribute: false }) verifier: FaceVerifier | null = null;

  @state() private name = "";
  @state() private number = "";
  @state() private photo: Blob | null = null;
  @state() private quality: DocumentStatus | "checking" | null = null;
  @state() private text: DocumentText | "reading" | null = null;
  @state() private progress: LoadProgress | null = null;
  @state() private error: VerifyError | null = null;

  #unfollow: (() => void) | null = null;
  #check = 0;
  /** What was filled in from the photograph before. */
  #filled: DocumentText = NOTHING;

  static override styles = [
    base,
    css`
      .number {
        font-variant-numeric: tabular-nums;
        letter-spacing: 0.06em;
      }
      .photo {
        position: relative;
        display: grid;
        place-items: center;
        aspect-ratio: 1.586;
        margin: 0;
        border: 1.5px dashed var(--op-line-strong);
        border-radius: var(--op-radius);
        background: var(--op-surface);
        overflow: hidden;
        cursor: pointer;
      }
      .photo:focus-within {
        outline: 3px solid var(--op-accent);
        outline-offset: 2px;
      }
      .photo.ok {
        border-style: solid;
        border-color: var(--op-good);
      }
      .photo.wrong {
        border-style: solid;
        border-color: var(--op-bad);
      }
      .photo input {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        opacity: 0;
        cursor: pointer;
      }
      .photo svg {
        width: 52%;
        color: var(--op-line-strong);
      }
      .photo .ask {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 14px;
        color: var(--op-accent);
        font-weight: 600;
        font-size: 16px;
      }
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
      .again {
        position: absolute;
        left: 12px;
        bottom: 12px;
        padding: 6px 14px;
        border-radius: 999px;
        background: rgb(13 16 18 / 78%);
        color: #fff;
        font-size: 14px;
        font-weight: 500;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    ({ name: this.name, number: this.number, photo: this.photo } = this.value);
  }

  override disconnectedCallback(): void {
    this.#unfollow?.();
    super.disconnectedCallback();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("verifier")) return;
    this.#unfollow?.();
    this.error = null;
    this.#unfollow = this.verifier?.follow((progress) => (this.progress = progress)) ?? null;
    this.verifier?.ready().then(
      () => (this.progress = null),
      (error: unknown) => (this.error = VerifyError.from(error, "engine_failed")),
    );
    if (this.photo) void this.#examine(this.photo);
  }

  async #pick(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = ""; // The same file may be chosen again.
    if (file) await this.#examine((this.photo = file));
  }

  async #examine(photo: Blob): Promise<void> {
    const check = ++this.#check;
    this.quality = "checking";
    this.text = null;
    await this.updateComplete;
    const canvas = this.renderRoot.querySelector("canvas");
    if (canvas && !(await draw(photo, canvas))) {
      this.quality = "unreadable";
      this.photo = null; // Not the picture before it, which is still on the canvas.
      return;
    }
    const quality = await this.verifier?.setDocument(photo).catch((error: unknown) => {
      this.error = VerifyError.from(error, "engine_failed");
      return null;
    });
    if (check !== this.#check) return;
    this.quality = quality ?? null;
    if (quality === "ok") await this.#read(check);
  }

  async #read(check: number): Promise<void> {
    this.text = "reading";
    const text = await this.verifier?.readDocument().catch(() => null); // Then it is typed, as without a photograph.
    if (check !== this.#check) return;
    this.text = text ?? NOTHING;
    const { name, number } = this.#filled;
    if (this.text.name && (this.name === "" || this.name === name)) this.name = this.text.name;
    if (this.text.number && (this.number === "" || this.number === number)) this.number = this.text.number;
    this.#filled = this.text;
  }

  /** What the photograph says, once it is read. */
  get #seen(): DocumentText {
    return this.text && this.text !== "reading" ? this.text : NOTHING;
  }

  get #ready(): boolean {
    return this.name.trim() !== "" && fault(this.number) === null && this.quality === "ok";
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (!this.#ready) return;
    const detail: Identity = { name: this.name.trim(), number: this.number, photo: this.photo };
    this.dispatchEvent(new CustomEvent("identity-ready", { detail }));
  }

  protected override render() {
    return html`<form class="stack-l" novalidate @submit=${this.#submit}>
      <div>
        <p class="steps">${t("step_of", { n: 1 })}</p>
        <h1>${t("identity_title")}</h1>
        <p class="lead">${t("identity_lead")}</p>
      </div>
      ${this.#photoField()}
      <div>
        <label for="name">${t("name")}</label>
        <input id="name" data-testid="name" autocomplete="name" maxlength="50" aria-describedby="name-hint" .value=${this.name}
          @input=${(event: InputEvent) => (this.name = (event.target as HTMLInputElement).value)} />
        <p id="name-hint" class="hint">${this.name !== "" && this.name === this.#seen.name ? t("name_read") : t("name_hint")}</p>
      </div>
      ${this.#numberField()}
      <button class="wide" data-testid="continue" ?disabled=${!this.#ready}>${t("continue")}</button>
    </form>`;
  }

  #numberField() {
    const { state, tone, text } = this.#numberHint();
    return html`<div>
      <label for="number">${t("document_number")}</label>
      <input id="number" class="number" data-testid="document-number" autocomplete="off" autocapitalize="characters"
        spellcheck="false" maxlength="22" aria-describedby="number-hint" aria-invalid=${tone === "bad"} .value=${this.number}
        @input=${(event: InputEvent) => (this.number = normalise((event.target as HTMLInputElement).value))} />
      <p id="number-hint" class="hint ${tone}" role="status" data-testid="document-number-hint" data-state=${state}>${text}</p>
      ${state === "differs"
        ? html`<button type="button" class="text" data-testid="use-read-number"
            @click=${() => (this.number = this.#seen.number ?? this.number)}>${t("id_use")}</button>`
        : null}
    </div>`;
  }

  #numberHint(): { state: string; tone: string; text: string } {
    const { number } = this.#seen;
    if (this.number === "") {
      if (this.text === "reading") return { state: "reading", tone: "", text: t("id_reading") };
      const missed = this.text !== null && number === null;
      return { state: "empty", tone: "", text: missed ? t("id_unread") : t("id_short", { n: 0 }) };
    }
    const found = fault(this.number);
    if (found) return { state: found, tone: found === "short" ? "" : "bad", text: t(`id_${found}`, { n: this.number.length }) };
    if (number === null) return { state: "ok", tone: "good", text: t("id_ok") };
    if (number === this.number) return { state: "read", tone: "good", text: t("id_read") };
    return { state: "differs", tone: "", text: t("id_differs", { number }) };
  }

  #photoField() {
    const { quality } = this;
    const wrong = quality !== null && quality !== "checking" && quality !== "ok";
    return html`<div>
      <p class="label" id="photo-label">${t("photo")}</p>
      <label class="photo ${quality === "ok" ? "ok" : wrong ? "wrong" : ""}">
        ${this.photo
          ? html`<canvas role="img" aria-label=${t("photo_preview")}></canvas><span class="again">${t("photo_retake")}</span>`
          : html`<span class="ask">
              <svg viewBox="0 0 120 76" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true">
                <rect x="2" y="2" width="116" height="72" rx="8" />
                <path d="M14 20h34M14 32h26M14 44h34M14 60h62" />
                <circle cx="91" cy="25" r="9" />
                <path d="M74 50c1-9 8-14 17-14s16 5 17 14" />
              </svg>
              ${t("photo_take")}
            </span>`}
        <input type="file" accept="image/*" capture="environment" data-testid="document-photo" aria-labelledby="photo-label"
          aria-describedby="photo-hint" @change=${this.#pick} />
      </label>
      <p id="photo-hint" class="hint ${quality === "ok" ? "good" : wrong ? "bad" : ""}" role="status"
        data-testid="document-quality" data-quality=${quality ?? ""}>${this.#photoHint()}</p>
      ${this.error ? this.#engineError(this.error) : null}
    </div>`;
  }

  #photoHint(): string {
    const { quality, progress } = this;
    if (quality === null || this.error) return t("photo_tips");
    if (quality !== "checking") return t(`photo_${quality}`);
    if (!progress) return t("photo_checking");
    if (progress.preparing) return t("photo_preparing");
    return t("photo_loading", { loaded: megabytes(progress.loaded), total: megabytes(progress.total) });
  }

  #engineError({ code }: VerifyError) {
    return html`<div class="notice bad" role="alert" data-testid="error" data-code=${code}>
      <strong>${verifyTexts(`error_${code}`, {}, locale())}</strong>
      <p>${verifyTexts(`todo_${code}`, {}, locale())}</p>
      <button type="button" class="text" data-testid="retry"
        @click=${() => this.dispatchEvent(new CustomEvent("engine-retry"))}>${t("retry")}</button>
    </div>`;
  }
}

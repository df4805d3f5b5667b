import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { uploading } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { base64 } from "../../base64.ts";
import { reduced } from "../../parts/picture.ts";
import { t } from "../../texts/index.ts";

/** Most files that go together. */
export const MOST_FILES = 6;
/** Largest file, and most bytes together: in base64 they are a third more. */
const LARGEST = 5_000_000;
const TOGETHER = 6_000_000;

/** A file that was chosen. */
interface Piece {
  name: string;
  content: Blob | null;
  state: "preparing" | "waiting" | "sent" | "failed" | "unreadable" | "too_large";
}

/**
 * Pictures and PDF files that go along: chosen first, sent together once there is a complaint to send them to.
 *
 * @fires picked
 */
@customElement("owner-attachments")
export class OwnerAttachments extends LocalizedElement {
  @property({ type: Boolean }) busy = false;

  @state() private pieces: Piece[] = [];
  /** How much has gone, from 0 to 1; null while nothing is going. */
  @state() private share: number | null = null;

  static override styles = [
    base,
    css`
      li {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 48px;
        padding: 4px 0;
        border-bottom: 1px solid var(--op-line);
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      progress {
        width: 100%;
        margin-top: 12px;
        accent-color: var(--op-accent);
      }
      .pick {
        position: relative;
        margin-top: 12px;
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

  /** Whether something is there that was not sent. */
  get pending(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether a picture is still being made smaller. */
  get preparing(): boolean {
    return this.pieces.some(({ state }) => state === "preparing");
  }

  get #waiting(): Piece[] {
    return this.pieces.filter(({ state }) => state === "waiting" || state === "failed");
  }

  /** Sends what is there as one message; nothing to send is no failure. */
  async send(complaint: string, text = ""): Promise<void> {
    const pieces = this.#waiting;
    if (pieces.length === 0) return;
    this.share = 0;
    try {
      const read = async ({ content }: Piece) => ({ content: base64(new Uint8Array(await content!.arrayBuffer())) });
      const files = await Promise.all(pieces.map(read));
      await api.POST("/owner/complaints/{id}/attachments", {
        params: { path: { id: complaint } },
        body: { files, ...(text ? { text } : {}) },
        fetch: uploading((share) => (this.share = share)),
      });
      this.#are(pieces, "sent");
    } catch (error) {
      this.#are(pieces, "failed");
      throw error;
    } finally {
      this.share = null;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.pieces = [];
  }

  #are(pieces: Piece[], state: Piece["state"]): void {
    for (const piece of pieces) piece.state = state;
    this.pieces = [...this.pieces];
  }

  async #pick(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])].slice(0, MOST_FILES - this.pieces.length);
    input.value = ""; // The same file may be chosen again.
    for (const file of files) {
      const piece: Piece = { name: file.name, content: null, state: "preparing" };
      this.pieces = [...this.pieces, piece];
      piece.content = file.type === "application/pdf" ? file : await reduced(file).catch(() => null);
      const together = this.#waiting.reduce((sum, { content }) => sum + (content?.size ?? 0), piece.content?.size ?? 0);
      const large = (piece.content?.size ?? 0) > LARGEST || together > TOGETHER;
      this.#are([piece], !piece.content ? "unreadable" : large ? "too_large" : "waiting");
    }
    this.dispatchEvent(new CustomEvent("picked"));
  }

  protected override render() {
    const bad = this.pieces.find(({ state }) => state === "unreadable" || state === "too_large");
    return html`
      <ul data-testid="files" data-ready=${this.#waiting.length}>${this.pieces.map((piece) => this.#row(piece))}</ul>
      ${bad ? html`<p class="hint bad" role="alert">${t(bad.state === "too_large" ? "file_too_large_todo" : "file_unreadable_todo")}</p>` : null}
      ${this.share === null ? null : this.#progress(Math.round(this.share * 100))}
      ${this.pieces.length < MOST_FILES
        ? html`<label class="button wide quiet pick">
            ${t("file_add")}
            <input type="file" accept="image/jpeg,image/png,application/pdf" multiple data-testid="file-input"
              ?disabled=${this.busy} @change=${this.#pick} />
          </label>`
        : null}
    `;
  }

  #progress(percent: number) {
    return html`<div role="status">
      <progress max="100" .value=${percent}></progress>
      <p class="hint">${t("file_sending", { percent })}</p>
    </div>`;
  }

  #row(piece: Piece) {
    const { name, state } = piece;
    const tone = state === "sent" ? "good" : state === "waiting" || state === "preparing" ? "" : "bad";
    const remove = (): void => void (this.pieces = this.pieces.filter((one) => one !== piece));
    return html`<li>
      <span class="grow name small">${name}</span>
      <span class="chip ${tone}">${t(`file_${state}`)}</span>
      ${state === "sent" || this.share !== null
        ? null
        : html`<button type="button" class="text" aria-label="${t("file_remove")} ${name}" @click=${remove}>${t("file_remove")}</button>`}
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-attachments": OwnerAttachments;
  }
}

import { type PropertyValues, css, html } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { LocalizedElement, base, draw } from "@ownerproof/ui";
import { t } from "./texts.ts";

/** Longest side that is drawn, in pixels: the small print of a certificate stays readable. */
const SIDE = 2600;

/** A picture with its caption; a click shows it as large as the window. */
@customElement("console-picture")
export class ConsolePicture extends LocalizedElement {
  @property() caption = "";
  /** Missing while it is being fetched. */
  @property({ attribute: false }) image: Blob | undefined = undefined;

  @query("figure canvas") private small!: HTMLCanvasElement | null;
  @query("dialog canvas") private large!: HTMLCanvasElement;
  @query("dialog") private dialog!: HTMLDialogElement;

  static override styles = [
    base,
    css`
      button.look {
        display: block;
        width: 100%;
        min-height: 0;
        padding: 0;
        border-radius: var(--op-radius-s);
        background: var(--op-surface-2);
        cursor: zoom-in;
      }
      canvas {
        display: block;
        max-width: 100%;
        border-radius: var(--op-radius-s);
      }
      figure canvas {
        width: 100%;
      }
      dialog {
        max-width: 96vw;
        max-height: 96vh;
        padding: 12px;
        border: 0;
        border-radius: var(--op-radius);
        background: var(--op-surface);
        cursor: zoom-out;
      }
      dialog::backdrop {
        background: rgb(8 12 14 / 70%);
      }
    `,
  ];

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("image") && this.image && this.small) void draw(this.image, this.small);
  }

  async #enlarge(): Promise<void> {
    if (!this.image) return;
    await draw(this.image, this.large, SIDE);
    this.dialog.showModal();
  }

  protected override render() {
    return html`<figure>
        ${this.image
          ? html`<button class="look" data-testid="picture" aria-label="${t("enlarge")} ${this.caption}" @click=${this.#enlarge}>
              <canvas></canvas>
            </button>`
          : html`<span class="bone tall"></span>`}
        <figcaption class="muted small">${this.caption}</figcaption>
      </figure>
      <dialog aria-label=${this.caption} @click=${() => this.dialog.close()}><canvas></canvas></dialog>`;
  }
}

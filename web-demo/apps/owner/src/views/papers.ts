import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type OwnerRequest, type PaperKind, body, uploading } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { api } from "../api.ts";
import { base64 } from "../base64.ts";
import { reduced } from "../parts/picture.ts";
import { problem } from "../parts/problem.ts";
import { actions } from "../parts/stages.ts";
import { t, tCode } from "../texts/index.ts";

/** More kinds than this are no choice between papers, but any paper at all. */
const CHOICE = 4;

/**
 * The papers of a request: which are needed, which were sent, and a way to send them.
 *
 * @fires paper-sent
 */
@customElement("owner-papers")
export class OwnerPapers extends LocalizedElement {
  @property({ attribute: false }) request!: OwnerRequest;

  /** The kind that was chosen in each group of which one is needed. */
  @state() private chosen = new Map<number, PaperKind>();
  /** The group a picture is being sent for, and how much of it has gone; null before the first byte. */
  @state() private sending: { group: number; share: number | null } | null = null;
  @state() private unreadable = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      .group + .group {
        margin-top: 20px;
        padding-top: 20px;
        border-top: 1px solid var(--op-line);
      }
      .sent li {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        padding: 6px 0;
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
      label:not(.button),
      .notice {
        margin-top: 12px;
      }
      progress {
        width: 100%;
        margin-top: 12px;
        accent-color: var(--op-accent);
      }
    `,
  ];

  async #pick(event: Event, group: number, kind: PaperKind): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = ""; // The same file may be chosen again.
    if (!file) return;
    this.error = null;
    this.unreadable = false;
    this.sending = { group, share: null };
    const picture = await reduced(file).catch(() => null);
    if (picture) await this.#send(kind, picture, group);
    else this.unreadable = true;
    this.sending = null;
  }

  async #send(kind: PaperKind, picture: Blob, group: number): Promise<void> {
    try {
      const bytes = new Uint8Array(await picture.arrayBuffer());
      await body(
        api.POST("/owner/requests/{id}/papers", {
          params: { path: { id: this.request.id } },
          body: { kind, picture: base64(bytes) },
          fetch: uploading((share) => (this.sending = { group, share })),
        }),
      );
      this.dispatchEvent(new CustomEvent("paper-sent"));
    } catch (error) {
      this.error = error;
    }
  }

  protected override render() {
    const { needed } = this.request.papers;
    return html`<section class="panel" data-testid="papers">
      <h2>${t("papers_title")}</h2>
      ${needed.map((kinds, group) => this.#group(kinds, group))}
      ${this.unreadable
        ? html`<div class="notice bad" role="alert" data-testid="error">
            <strong>${t("papers_unreadable")}</strong>
            <p>${t("papers_unreadable_todo")}</p>
          </div>`
        : problem(this.error)}
      ${actions(this.request).send ? html`<p class="hint">${t("papers_privacy")}</p>` : null}
    </section>`;
  }

  #group(kinds: PaperKind[], group: number) {
    const sent = this.request.papers.sent.filter(({ kind }) => kinds.includes(kind));
    const name = kinds.length > CHOICE ? t("papers_any") : kinds.map((kind) => tCode("paper", kind)).join(t("papers_or"));
    return html`<div class="group" data-testid="papers-${group + 1}" data-sent=${sent.length}>
      <h3>${name}</h3>
      ${sent.length === 0
        ? html`<p class="muted small">${t("papers_none")}</p>`
        : html`<ul class="sent">
            ${sent.map(({ kind }) => html`<li><span>${tCode("paper", kind)}</span><span class="chip good">${t("papers_sent")}</span></li>`)}
          </ul>`}
      ${actions(this.request).send ? this.#upload(kinds, group, sent.length > 0) : null}
    </div>`;
  }

  #upload(kinds: PaperKind[], group: number, more: boolean) {
    if (this.sending?.group === group) return this.#progress(this.sending.share);
    const kind = this.chosen.get(group) ?? (kinds.length > CHOICE ? "other" : kinds[0]!);
    const choose = (event: Event): void => {
      this.chosen = new Map(this.chosen).set(group, (event.target as HTMLSelectElement).value as PaperKind);
    };
    return html`
      ${kinds.length > 1
        ? html`<label for="kind-${group}">${t("papers_kind")}</label>
            <select id="kind-${group}" data-testid="paper-kind" @change=${choose}>
              ${kinds.map((one) => html`<option value=${one} ?selected=${one === kind}>${tCode("paper", one)}</option>`)}
            </select>`
        : null}
      <label class="button wide quiet pick">
        ${t(more ? "papers_more" : "papers_add")}
        <input type="file" accept="image/*" data-testid="paper-file" ?disabled=${this.sending !== null}
          @change=${(event: Event) => this.#pick(event, group, kind)} />
      </label>
    `;
  }

  #progress(share: number | null) {
    const percent = Math.round((share ?? 0) * 100);
    return html`<div role="status">
      <progress max="100" .value=${percent}></progress>
      <p class="hint">${share === null ? t("papers_preparing") : t("papers_sending", { percent })}</p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-papers": OwnerPapers;
  }
}

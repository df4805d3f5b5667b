import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type ComplaintQuery, type SavedView, type StaffMe, body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { dialogStyles } from "./dialog.ts";
import { isLead } from "./rights.ts";
import { t } from "./texts.ts";

/**
 * Saved views: what was asked for once, to be asked for again.
 *
 * @fires chosen  `detail` is what the view asks for
 */
@customElement("complaint-views")
export class ComplaintViews extends LocalizedElement {
  /** What is shown now, to be saved. */
  @property({ attribute: false }) query: ComplaintQuery = {};
  @property({ attribute: false }) me: StaffMe | null = null;

  @state() private views: readonly SavedView[] = [];
  @state() private error: unknown = null;

  @query("dialog") private dialog!: HTMLDialogElement;

  static override styles = [
    base,
    dialogStyles,
    css`
      h2 {
        padding: 16px 12px 4px;
        font-size: 13px;
        font-weight: 500;
        color: var(--op-ink-2);
      }
      .view {
        display: flex;
      }
      .view button,
      .save {
        min-height: 36px;
        padding: 4px 12px;
        font-size: 15px;
      }
      .view button:first-child {
        flex: 1;
        justify-content: flex-start;
        color: var(--op-ink);
        text-align: left;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      this.views = (await body(api.GET("/console/complaint-views"))).items;
    } catch (error) {
      this.error = error;
    }
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    this.error = null;
    try {
      const view = { name: String(data.get("name") ?? ""), filter: JSON.stringify(this.query), shared: data.get("shared") === "on" };
      await api.POST("/console/complaint-views", { body: view });
      form.reset();
      this.dialog.close();
      await this.#load();
    } catch (error) {
      this.error = error;
    }
  }

  async #remove(id: string): Promise<void> {
    try {
      await api.DELETE("/console/complaint-views/{id}", { params: { path: { id } } });
    } catch (error) {
      this.error = error;
    }
    await this.#load();
  }

  #choose(view: SavedView): void {
    try {
      this.dispatchEvent(new CustomEvent("chosen", { detail: JSON.parse(view.filter) as ComplaintQuery }));
    } catch (error) {
      this.error = error;
    }
  }

  protected override render() {
    return html`
      <h2>${t("views")}</h2>
      ${this.views.map(
        (view) => html`<div class="view">
          <button class="text" data-testid="view" @click=${() => this.#choose(view)}>${view.name}</button>
          ${view.mine
            ? html`<button class="text" aria-label="${t("view_remove")} ${view.name}" @click=${() => this.#remove(view.id)}>×</button>`
            : html`<span class="chip">${t("view_shared_mark")}</span>`}
        </div>`,
      )}
      <button class="text save" data-testid="save-view" @click=${() => this.dialog.showModal()}>${t("view_save")}</button>
      <dialog aria-labelledby="title">
        <form class="stack" @submit=${this.#save}>
          <h2 id="title">${t("view_save")}</h2>
          <div>
            <label for="name">${t("view_name")}</label>
            <input id="name" name="name" maxlength="50" required />
          </div>
          ${this.me && isLead(this.me) ? html`<label class="check"><input type="checkbox" name="shared" />${t("view_shared")}</label>` : null}
          ${problem(this.error)}
          <div class="pair">
            <button type="button" class="quiet" @click=${() => this.dialog.close()}>${t("cancel")}</button>
            <button>${t("save")}</button>
          </div>
        </form>
      </dialog>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-views": ComplaintViews;
  }
}

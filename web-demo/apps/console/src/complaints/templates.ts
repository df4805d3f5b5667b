import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type ComplaintKind, type ComplaintTemplate, body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { KINDS } from "./new.ts";
import { t, tCode } from "./texts.ts";

/** What a template can say about a complaint, with an example of each. */
const EXAMPLES: Record<string, readonly [zh: string, en: string]> = {
  number: ["C2611224829135", "C2611224829135"],
  kind: ["信息有误", "wrong data"],
  name: ["张伟", "Zhang Wei"],
  received: ["2026年11月22日", "2026-11-22"],
  due: ["2026年12月7日", "2026-12-07"],
  handler: ["lilei", "lilei"],
};

/** Templates of answers, in two languages, as who leads keeps them. */
@customElement("complaint-templates")
export class ComplaintTemplates extends LocalizedElement {
  @state() private items: readonly ComplaintTemplate[] = [];
  /** The one that is being changed; null for a new one. */
  @state() private edited: ComplaintTemplate | null = null;
  @state() private zh = "";
  @state() private en = "";
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      :host {
        padding: 20px;
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr));
        gap: 16px;
      }
      li {
        display: flex;
        gap: 12px;
        align-items: center;
        padding: 4px 0;
        border-bottom: 1px solid var(--op-line);
      }
      .preview {
        margin-top: 8px;
        padding: 12px;
        border-radius: var(--op-radius-s);
        background: var(--op-surface-2);
        font-size: 14px;
        white-space: pre-wrap;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      this.items = (await body(api.GET("/console/templates"))).items;
    } catch (error) {
      this.error = error;
    }
  }

  #edit(template: ComplaintTemplate | null): void {
    this.edited = template;
    this.zh = template?.zh ?? "";
    this.en = template?.en ?? "";
    this.error = null;
  }

  async #do(call: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await call();
      this.#edit(null);
      await this.#load();
    } catch (error) {
      this.error = error; // What was typed stays.
    }
    this.busy = false;
  }

  #save(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const kind = String(data.get("kind") ?? "") as ComplaintKind | "";
    const wanted = { name: String(data.get("name") ?? "").trim(), ...(kind ? { kind } : {}), zh: this.zh, en: this.en };
    const { edited } = this;
    void this.#do(async () => {
      if (edited) {
        const params = { path: { id: edited.id } };
        await api.PUT("/console/templates/{id}", { params, body: { ...wanted, version: edited.version } });
      } else {
        await api.POST("/console/templates", { body: wanted });
      }
      form.reset();
    });
  }

  protected override render() {
    const { edited } = this;
    const box = (id: "zh" | "en", index: 0 | 1) => html`<div>
      <label for=${id}>${t(`template_${id}`)}</label>
      <textarea id=${id} rows="6" maxlength="2000" required data-testid="template-${id}" .value=${this[id]}
        @input=${(event: Event) => (this[id] = (event.target as HTMLTextAreaElement).value)}></textarea>
      ${this[id] ? html`<p class="preview" aria-label=${t("template_preview")}>${filled(this[id], index)}</p>` : null}
    </div>`;
    return html`<div class="stack-l">
      <div>
        <h1>${t("templates")}</h1>
        <p class="lead">${t("templates_lead")} <span class="mono">${Object.keys(EXAMPLES).map((name) => `{{${name}}} `)}</span></p>
      </div>
      <ul data-testid="templates">
        ${this.items.map(
          (one) => html`<li>
            <strong class="grow">${one.name}</strong>
            ${one.kind ? html`<span class="chip">${tCode("kind", one.kind)}</span>` : null}
            <button class="text" @click=${() => this.#edit(one)}>${t("template_edit")}</button>
            <button class="text danger" @click=${() => this.#do(() => api.DELETE("/console/templates/{id}", { params: { path: { id: one.id } } }))}>${t("template_remove")}</button>
          </li>`,
        )}
      </ul>
      <form class="stack" @submit=${this.#save}>
        <div class="two">
          <div>
            <label for="name">${t("template_name")}</label>
            <input id="name" name="name" maxlength="50" required data-testid="template-name" .value=${edited?.name ?? ""} />
          </div>
          <div>
            <label for="kind">${t("filter_kind")}</label>
            <select id="kind" name="kind">
              <option value="">${t("filter_any")}</option>
              ${KINDS.map((kind) => html`<option value=${kind} ?selected=${edited?.kind === kind}>${tCode("kind", kind)}</option>`)}
            </select>
          </div>
          ${box("zh", 0)} ${box("en", 1)}
        </div>
        ${problem(this.error)}
        <div class="row">
          <button data-testid="save-template" ?disabled=${this.busy}>${t("save")}</button>
          ${edited ? html`<button type="button" class="quiet" @click=${() => this.#edit(null)}>${t("cancel")}</button>` : null}
        </div>
      </form>
    </div>`;
  }
}

/** A template with the examples in it. */
const filled = (text: string, language: 0 | 1): string =>
  text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => EXAMPLES[name]?.[language] ?? whole);

declare global {
  interface HTMLElementTagNameMap {
    "complaint-templates": ComplaintTemplates;
  }
}

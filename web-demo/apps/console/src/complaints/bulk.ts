import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Duty, body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { wakings } from "./steps.ts";
import { t } from "./texts.ts";

/** What can be done to many at once. */
type Action = { action: "take" | "assign" | "assign_by_load" | "release" | "snooze" | "tag"; to?: string; until?: string; tag?: string };

/** Most complaints at once. */
const MOST = 100;

/**
 * What is done to everything that is selected.
 *
 * @fires done
 * @fires none  nothing shall be selected any more
 */
@customElement("complaint-bulk")
export class ComplaintBulk extends LocalizedElement {
  @property({ attribute: false }) ids: readonly string[] = [];
  @property({ attribute: false }) duties: readonly Duty[] = [];

  @state() private refused = 0;
  @state() private error: unknown = null;
  @state() private busy = false;

  static override styles = [
    base,
    css`
      :host {
        padding: 8px 12px;
        border-bottom: 1px solid var(--op-line);
        background: var(--op-accent-soft);
      }
      .row {
        flex-wrap: wrap;
        gap: 6px;
      }
      button,
      select,
      input:not([type="checkbox"], [type="radio"], [type="file"]) {
        width: auto;
        min-height: 36px;
        padding: 4px 12px;
        font-size: 14px;
      }
      input:not([type="checkbox"], [type="radio"], [type="file"]) {
        max-width: 110px;
      }
    `,
  ];

  async #do(what: Action): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      const { items } = await body(api.POST("/console/complaints/bulk", { body: { ids: this.ids.slice(0, MOST), ...what } }));
      this.refused = items.filter(({ done }) => !done).length;
      if (this.refused === 0) this.dispatchEvent(new CustomEvent("done"));
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  #chosen(act: (value: string) => Action) {
    return (event: Event): void => {
      const input = event.target as HTMLSelectElement | HTMLInputElement;
      const value = input.value;
      input.value = "";
      if (value) void this.#do(act(value));
    };
  }

  protected override render() {
    return html`
      <div class="row" data-testid="bulk">
        <strong class="small">${t("selected", { n: this.ids.length })}</strong>
        <button data-testid="bulk-take" ?disabled=${this.busy} @click=${() => this.#do({ action: "take" })}>${t("bulk_assign_me")}</button>
        <select aria-label=${t("bulk_assign")} ?disabled=${this.busy} @change=${this.#chosen((to) => (to === "least" ? { action: "assign_by_load" } : { action: "assign", to }))}>
          <option value="">${t("bulk_assign")}</option>
          <option value="least">${t("assign_least")}</option>
          ${this.duties.map(({ staff_id, username }) => html`<option value=${staff_id}>${username}</option>`)}
        </select>
        <select aria-label=${t("bulk_snooze")} ?disabled=${this.busy} @change=${this.#chosen((until) => ({ action: "snooze", until }))}>
          <option value="">${t("bulk_snooze")}</option>
          ${wakings().map(([key, at]) => html`<option value=${at.toISOString()}>${t(key)}</option>`)}
        </select>
        <input maxlength="30" aria-label=${t("bulk_tag")} placeholder=${t("bulk_tag")} @change=${this.#chosen((tag) => ({ action: "tag", tag }))} />
        <button class="text" @click=${() => this.dispatchEvent(new CustomEvent("none"))}>${t("select_none")}</button>
      </div>
      ${this.refused > 0
        ? html`<p class="small" role="status">${t("bulk_done", { n: this.ids.length - this.refused })} · ${t("bulk_failed", { n: this.refused })}</p>`
        : null}
      ${problem(this.error)}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-bulk": ComplaintBulk;
  }
}

import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ComplaintQuery, Duty } from "@ownerproof/api-client";
import { LocalizedElement, base, region, regions } from "@ownerproof/ui";
import { KINDS } from "./new.ts";
import { t, tCode } from "./texts.ts";

const CHANNELS = ["app", "portal", "hotline", "counter"] as const;
const SORTS = ["due", "received", "changed"] as const;

/**
 * Narrows a list.
 *
 * @fires narrowed  `detail` is what a complaint must fit besides being in the queue
 */
@customElement("complaint-filter")
export class ComplaintFilter extends LocalizedElement {
  @property({ attribute: false }) query: ComplaintQuery = {};
  @property({ attribute: false }) duties: readonly Duty[] = [];

  static override styles = [
    base,
    css`
      summary {
        padding: 8px 2px 0;
        color: var(--op-accent);
        font-size: 14px;
        cursor: pointer;
      }
      .grid {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 6px 10px;
        align-items: center;
        padding: 8px 0;
      }
      label {
        margin: 0;
        font-size: 14px;
      }
      select,
      input:not([type="checkbox"], [type="radio"], [type="file"]) {
        min-height: 36px;
        padding: 4px 10px;
        font-size: 14px;
      }
      button {
        min-height: 36px;
        font-size: 14px;
      }
    `,
  ];

  #set(change: ComplaintQuery): void {
    const query = Object.fromEntries(Object.entries({ ...this.query, ...change }).filter(([, value]) => value !== undefined));
    this.dispatchEvent(new CustomEvent("narrowed", { detail: query }));
  }

  protected override render() {
    const { query } = this;
    const set = Object.keys(query).length;
    const choice = (id: string, text: string, chosen: string | undefined, options: [string, string][], change: (value?: string) => ComplaintQuery) =>
      html`<label for=${id}>${text}</label>
        <select id=${id} data-testid="filter-${id}"
          @change=${(event: Event) => this.#set(change((event.target as HTMLSelectElement).value || undefined))}>
          <option value="">${t("filter_any")}</option>
          ${options.map(([value, name]) => html`<option value=${value} ?selected=${chosen === value}>${name}</option>`)}
        </select>`;
    return html`<details ?open=${set > 0}>
      <summary>${set > 0 ? t("filters_n", { n: set }) : t("filters")}</summary>
      <div class="grid">
        ${choice("kind", t("filter_kind"), query.kinds?.[0], KINDS.map((kind) => [kind, tCode("kind", kind)]), (kind) => ({ kinds: kind ? [kind as (typeof KINDS)[number]] : undefined }))}
        ${choice("channel", t("filter_channel"), query.channels?.[0], CHANNELS.map((one) => [one, tCode("channel", one)]), (one) => ({ channels: one ? [one as (typeof CHANNELS)[number]] : undefined }))}
        ${choice("region", t("filter_region"), query.region, regions().map((code) => [code, region(code)]), (code) => ({ region: code }))}
        ${choice("assignee", t("filter_assignee"), query.assignee_id, this.duties.map(({ staff_id, username }) => [staff_id, username]), (id) => ({ assignee_id: id }))}
        ${choice("sort", t("order"), query.sort, SORTS.map((one) => [one, tCode("order", one)]), (one) => ({ sort: one as (typeof SORTS)[number] | undefined }))}
        <label for="tag">${t("filter_tag")}</label>
        <input id="tag" maxlength="30" .value=${query.tag ?? ""}
          @change=${(event: Event) => this.#set({ tag: (event.target as HTMLInputElement).value.trim() || undefined })} />
      </div>
      ${set > 0
        ? html`<button type="button" class="text" @click=${() => this.dispatchEvent(new CustomEvent("narrowed", { detail: {} }))}>${t("filters_clear")}</button>`
        : null}
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-filter": ComplaintFilter;
  }
}

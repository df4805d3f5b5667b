import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { ComplaintSummary } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { left, urgency } from "./clocks.ts";
import { t, tCode } from "./texts.ts";

/** The colour of a state. */
export function tone({ state }: Pick<ComplaintSummary, "state">): string {
  if (state === "accepted" || state === "reopened" || state === "second_approval") return "warn";
  if (state === "replied") return "good";
  return state === "closed" || state === "waiting_for_user" ? "" : "accent";
}

/**
 * A list of complaints, to open and to select.
 *
 * @fires pick  `detail` is the id of the one to open
 * @fires tick  `detail` is the id of the one to select or not
 */
@customElement("complaint-list")
export class ComplaintList extends LocalizedElement {
  @property({ attribute: false }) rows: readonly ComplaintSummary[] = [];
  @property({ attribute: false }) ticked: ReadonlySet<string> = new Set();
  /** Names of those who handle complaints, by id. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  /** The one the keys are at. */
  @property() cursor = "";
  /** The one that is open. */
  @property() picked = "";

  static override styles = [
    base,
    css`
      li {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 3px 8px;
        align-items: start;
        padding: 11px 14px 11px 8px;
        border-bottom: 1px solid var(--op-line);
        cursor: pointer;
        /* Rows out of sight cost nothing: the list stays fast however long it gets. */
        content-visibility: auto;
        contain-intrinsic-size: auto 88px;
      }
      li[data-cursor] {
        box-shadow: inset 3px 0 var(--op-accent);
      }
      li[aria-current="true"] {
        background: var(--op-accent-soft);
      }
      @media (hover: hover) {
        li:hover:not([aria-current="true"]) {
          background: var(--op-surface-2);
        }
      }
      .tick {
        display: grid;
        place-items: center;
        grid-row: span 3;
        width: 28px;
        height: 28px;
        margin: 0;
      }
      .tick input {
        width: 18px;
        height: 18px;
        margin: 0;
        accent-color: var(--op-accent);
      }
      a {
        overflow: hidden;
        color: inherit;
        font-weight: 600;
        text-decoration: none;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .line {
        display: flex;
        gap: 8px;
        align-items: center;
        grid-column: 2 / -1;
        min-width: 0;
        font-size: 13px;
        color: var(--op-ink-2);
      }
      .line > span:not(.chip) {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .empty {
        padding: 56px 24px;
        text-align: center;
      }
    `,
  ];

  /** Brings the row the keys are at into view. */
  async reveal(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector("[data-cursor]")?.scrollIntoView({ block: "nearest" });
  }

  #fire(name: "pick" | "tick", id: string): void {
    this.dispatchEvent(new CustomEvent(name, { detail: id }));
  }

  protected override render() {
    if (this.rows.length === 0) {
      return html`<div class="empty" data-testid="empty">
        <h2>${t("list_empty")}</h2>
        <p class="lead">${t("list_empty_lead")}</p>
      </div>`;
    }
    return html`<ul data-testid="complaints">
      ${repeat(
        this.rows,
        ({ id }) => id,
        (row) => this.#row(row),
      )}
    </ul>`;
  }

  #row(row: ComplaintSummary) {
    const { id, kind, number, state, statutory_due, replied_at, closed_at, assignee_id } = row;
    const open = (event: Event): void => {
      event.preventDefault();
      this.#fire("pick", id);
    };
    return html`<li data-testid="complaint" data-id=${id} data-state=${state} ?data-cursor=${this.cursor === id}
      aria-current=${this.picked === id ? "true" : "false"} @click=${open}>
      <label class="tick" @click=${(event: Event) => event.stopPropagation()}>
        <input type="checkbox" aria-label="${t("select")} ${number}" .checked=${this.ticked.has(id)} @change=${() => this.#fire("tick", id)} />
      </label>
      <a href="#/complaints/open/${id}" @click=${open}>${tCode("kind", kind)}</a>
      ${replied_at || closed_at ? html`<span></span>` : html`<span class="chip ${urgency(statutory_due)}">${left(statutory_due)}</span>`}
      <span class="line"><span class="mono">${number}</span><span>${row.name_masked ?? row.phone_masked}</span></span>
      <span class="line">
        <span class="chip ${tone(row)}">${tCode("state", state)}</span>
        <span>${assignee_id ? (this.names.get(assignee_id) ?? "") : t("unassigned")}</span>
      </span>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-list": ComplaintList;
  }
}

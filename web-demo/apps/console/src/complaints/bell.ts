import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Alert, body } from "@ownerproof/api-client";
import { LocalizedElement, base, moment } from "@ownerproof/ui";
import { api } from "../session.ts";
import { live } from "./live.ts";
import { t, tCode } from "./texts.ts";

/** News within this time are one reason to ask again. */
const GATHER_MS = 800;

/** What the member of staff should look at: how much, and what. */
@customElement("complaint-bell")
export class ComplaintBell extends LocalizedElement {
  @state() private items: readonly Alert[] = [];
  @state() private unread = 0;
  @state() private open = false;

  #stop: (() => void) | null = null;
  #timer = 0;

  static override styles = [
    base,
    css`
      :host {
        position: relative;
      }
      button.bell {
        position: relative;
        width: 44px;
        padding: 8px;
      }
      svg {
        width: 22px;
        height: 22px;
      }
      .count {
        position: absolute;
        top: 2px;
        right: 0;
        min-width: 18px;
        padding: 0 5px;
        border-radius: 999px;
        background: var(--op-bad);
        color: var(--op-surface);
        font-size: 12px;
        line-height: 18px;
      }
      .list {
        position: absolute;
        z-index: 3;
        right: 0;
        width: min(92vw, 360px);
        max-height: 70vh;
        overflow-y: auto;
        padding: 8px;
      }
      li a {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0 12px;
        padding: 10px 12px;
        border-radius: 10px;
        color: inherit;
        text-decoration: none;
      }
      li.unread a {
        background: var(--op-accent-soft);
      }
      .empty {
        padding: 16px;
        text-align: center;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = live.listen({
      news: ({ kind }) => {
        if (kind === "presence") return;
        clearTimeout(this.#timer);
        this.#timer = window.setTimeout(() => void this.#load(), GATHER_MS);
      },
    });
    window.addEventListener("hashchange", this.#close);
    void this.#load();
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    clearTimeout(this.#timer);
    window.removeEventListener("hashchange", this.#close);
    super.disconnectedCallback();
  }

  #close = (): void => {
    this.open = false;
  };

  async #load(): Promise<void> {
    try {
      const { items, unread } = await body(api.GET("/console/alerts", { params: { query: { limit: 20 } } }));
      this.items = items;
      this.unread = unread;
    } catch {
      // Whoever may not read complaints has no alerts, and no bell.
      this.items = [];
      this.unread = 0;
    }
  }

  async #read(id?: string): Promise<void> {
    await (id ? api.POST("/console/alerts/{id}/read", { params: { path: { id } } }) : api.POST("/console/alerts/read")).catch(() => {});
    await this.#load();
  }

  protected override render() {
    return html`
      <button class="text bell" data-testid="bell" aria-expanded=${this.open ? "true" : "false"}
        aria-label=${this.unread > 0 ? t("bell_n", { n: this.unread }) : t("bell")} @click=${() => (this.open = !this.open)}>
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
          <path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15L6 16ZM10 20.5a2.2 2.2 0 0 0 4 0" />
        </svg>
        ${this.unread > 0 ? html`<span class="count" data-testid="unread">${this.unread > 99 ? "99+" : this.unread}</span>` : null}
      </button>
      ${this.open ? this.#list() : null}
    `;
  }

  #list() {
    if (this.items.length === 0) return html`<div class="panel list"><p class="empty muted">${t("bell_empty")}</p></div>`;
    return html`<div class="panel list" data-testid="alerts">
      <ul>
        ${this.items.map(
          ({ id, kind, clock, complaint_id, complaint_number, at, read_at }) => html`<li class=${read_at ? "" : "unread"}>
            <a href="#/complaints/open/${complaint_id}" @click=${() => this.#read(id)}>
              <span>${tCode("alert", kind, { clock: clock ? tCode("clock", clock) : "" })}</span>
              <span class="muted small">${moment(at)}</span>
              <span class="muted small mono">${complaint_number}</span>
            </a>
          </li>`,
        )}
      </ul>
      ${this.unread > 0 ? html`<button class="text" data-testid="read-all" @click=${() => this.#read()}>${t("bell_all_read")}</button>` : null}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-bell": ComplaintBell;
  }
}

import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type OwnerComplaintSummary, body } from "@ownerproof/api-client";
import { LocalizedElement, Poll, base, moment } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { problem, skeleton } from "../../parts/problem.ts";
import { href } from "../../router.ts";
import { t, tCode } from "../../texts/index.ts";
import { isOver, tone } from "./parts.ts";

/** The person's complaints, and the way to file another. */
@customElement("owner-complaints")
export class OwnerComplaints extends LocalizedElement {
  @state() private items: OwnerComplaintSummary[] | null = null;
  @state() private next: string | null = null;
  @state() private error: unknown = null;

  #poll = new Poll(this, () => this.#load(), 15_000);

  static override styles = [
    base,
    css`
      a.panel {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 4px 12px;
        color: inherit;
        text-decoration: none;
      }
      a.panel .chip {
        align-self: start;
        justify-self: end;
      }
      .when {
        text-align: right;
      }
      .empty {
        padding: 36px 24px;
        text-align: center;
      }
    `,
  ];

  async #load(): Promise<boolean> {
    try {
      const page = await body(api.GET("/owner/complaints"));
      // A list that was read on is left as it is: a refresh would jump back to its first page.
      if ((this.items?.length ?? 0) <= page.items.length) {
        this.items = page.items;
        this.next = page.next ?? null;
      }
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    return true;
  }

  async #more(): Promise<void> {
    try {
      const page = await body(api.GET("/owner/complaints", { params: { query: { cursor: this.next ?? undefined } } }));
      this.items = [...(this.items ?? []), ...page.items];
      this.next = page.next ?? null;
    } catch (error) {
      this.error = error;
    }
  }

  protected override render() {
    const { items } = this;
    return html`<div class="stack-l">
      <a class="button text back" href=${href({ view: "home" })}>‹ ${t("cars_title")}</a>
      <div>
        <h1>${t("complaints_title")}</h1>
        <p class="lead">${t("complaints_lead")}</p>
      </div>
      <a class="button wide" data-testid="new-complaint" href=${href({ view: "complaint-new" })}>${t("complaint_new")}</a>
      ${problem(this.error, () => void this.#poll.now())}
      ${items ? this.#lists(items) : this.error ? null : skeleton()}
      ${this.next ? html`<button class="quiet" @click=${this.#more}>${t("complaint_more")}</button>` : null}
    </div>`;
  }

  #lists(items: OwnerComplaintSummary[]) {
    if (items.length === 0) {
      return html`<div class="panel empty" data-testid="no-complaints">
        <h2>${t("complaints_empty")}</h2>
        <p class="lead">${t("complaints_empty_todo")}</p>
      </div>`;
    }
    const open = items.filter((item) => !isOver(item));
    return html`${this.#list(t("complaints_open"), open)} ${this.#list(t("complaints_past"), items.filter(isOver))}`;
  }

  #list(title: string, items: OwnerComplaintSummary[]) {
    if (items.length === 0) return null;
    return html`<section class="stack">
      <h2>${title}</h2>
      ${items.map(
        (item) => html`<a class="panel" data-testid="complaint" href=${href({ view: "complaint", id: item.id })}>
          <strong>${tCode("kind", item.kind)}</strong>
          <span class="chip ${tone(item)}">${tCode("cstate", item.state)}</span>
          <span class="muted small mono">${item.number}</span>
          <span class="muted small when">${moment(item.received_at)}</span>
        </a>`,
      )}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-complaints": OwnerComplaints;
  }
}

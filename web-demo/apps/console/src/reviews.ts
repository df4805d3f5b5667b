import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Review, body } from "@ownerproof/api-client";
import { LocalizedElement, Poll, base, moment } from "@ownerproof/ui";
import { problem } from "./problem.ts";
import { api } from "./session.ts";
import { t, tCode } from "./texts.ts";

/** The queue of manual reviews: those to be decided, or those decided, the oldest first. */
@customElement("console-reviews")
export class ConsoleReviews extends LocalizedElement {
  @state() private which: "open" | "closed" = "open";
  @state() private reviews: Review[] | null = null;
  @state() private next: string | null = null;
  @state() private error: unknown = null;

  #poll = new Poll(this, () => this.#load(), 5000);

  static override styles = [
    base,
    css`
      ul {
        display: grid;
        gap: 12px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li.panel {
        padding: 0;
      }
      li a {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 4px 16px;
        padding: 16px 20px;
        color: inherit;
        text-decoration: none;
      }
      .empty {
        padding: 56px 24px;
        text-align: center;
      }
      li .chip {
        justify-self: end;
        align-self: start;
      }
      @media (max-width: 640px) {
        li .small {
          grid-column: 1 / -1;
        }
      }
      .late {
        color: var(--op-bad);
      }
    `,
  ];

  async #load(): Promise<boolean> {
    const which = this.which;
    try {
      const page = await body(api.GET("/console/reviews", { params: { query: { state: which } } }));
      // An answer to the other list, or a list that was read on: a refresh would jump back to its first page.
      if (which !== this.which || (this.reviews?.length ?? 0) > page.items.length) return true;
      this.reviews = page.items;
      this.next = page.next ?? null;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    return true;
  }

  async #more(): Promise<void> {
    try {
      const query = { state: this.which, cursor: this.next ?? undefined };
      const page = await body(api.GET("/console/reviews", { params: { query } }));
      this.reviews = [...(this.reviews ?? []), ...page.items];
      this.next = page.next ?? null;
    } catch (error) {
      this.error = error;
    }
  }

  #show(which: "open" | "closed"): void {
    this.which = which;
    this.reviews = null;
    void this.#poll.now();
  }

  protected override render() {
    const choice = (which: "open" | "closed") => html`<button
      class=${this.which === which ? "quiet" : "text"}
      aria-pressed=${this.which === which ? "true" : "false"}
      @click=${() => this.#show(which)}
    >${tCode("which", which)}</button>`;
    return html`<div class="stack-l">
      <div>
        <h1>${t("reviews")}</h1>
        <p class="lead">${t("reviews_lead")}</p>
      </div>
      <div class="row">${choice("open")} ${choice("closed")}</div>
      ${problem(this.error)} ${this.reviews ? this.#list(this.reviews) : null}
      ${this.next ? html`<button class="quiet" @click=${this.#more}>${t("more")}</button>` : null}
    </div>`;
  }

  #list(reviews: Review[]) {
    if (reviews.length === 0) return html`<div class="panel empty"><h2>${t("no_reviews")}</h2></div>`;
    return html`<ul data-testid="reviews">
      ${reviews.map(
        (review) => html`<li class="panel">
          <a href="#/reviews/${review.id}" data-testid="review">
            <strong>${title(review)}</strong>
            <span class="chip ${tone(review)}">${tCode("review_state", review.state)}</span>
            <span class="muted small">${tCode("kind", review.request_kind)} · ${t("vin")} ${review.vins_masked.join(" ")}${review.reasons.map((reason) => ` · ${tCode("why", reason)}`)}</span>
            <span class="small ${isLate(review) ? "late" : "muted"}">${t("due", { at: moment(review.due_at) })}</span>
          </a>
        </li>`,
      )}
    </ul>`;
  }
}

/** Who or what is looked at: a person by name, or the papers alone. */
export const title = ({ name_masked, subject }: Review): string =>
  [name_masked, tCode("subject", subject)].filter(Boolean).join(" · ");

/** The colour of a review's state. */
export function tone({ state }: Review): string {
  if (state === "waiting" || state === "claimed") return "warn";
  return state === "passed" ? "good" : state === "refused" ? "bad" : "";
}

const isLate = ({ state, due_at }: Review): boolean =>
  (state === "waiting" || state === "claimed") && Date.parse(due_at) < Date.now();

import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type OwnerRequest, body } from "@ownerproof/api-client";
import { LocalizedElement, Poll, base, dialog, locale, moment } from "@ownerproof/ui";
import { api } from "../api.ts";
import { carPlate, carStyles } from "../parts/car.ts";
import { cardList, cardStyles } from "../parts/cards.ts";
import { invitation, invitationStyles } from "../parts/invitation.ts";
import { problem, skeleton } from "../parts/problem.ts";
import { actions, isAgreed, isClosed, lacksPapers, tone } from "../parts/stages.ts";
import { syncStages, syncStyles } from "../parts/sync.ts";
import { timeline, timelineStyles } from "../parts/timeline.ts";
import { href } from "../router.ts";
import { t, tCode, tRequest } from "../texts/index.ts";
import "./papers.ts";

/** What is asked for a second time before it is done. */
type Question = "cancel" | "decline" | "consent" | "object";

/** One request, for every kind and side: where it stands, who acts next and until when, what happened. */
@customElement("owner-request")
export class OwnerRequestPage extends LocalizedElement {
  @property() requestId = "";

  @state() private request: OwnerRequest | null = null;
  @state() private question: Question = "cancel";
  @state() private copied: boolean | null = null;
  @state() private busy = false;
  @state() private error: unknown = null;

  @query("dialog") private dialog!: HTMLDialogElement;

  #poll = new Poll(this, () => this.#load(), 2000);

  static override styles = [
    base,
    dialog,
    carStyles,
    cardStyles,
    invitationStyles,
    syncStyles,
    timelineStyles,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 24px;
        align-items: start;
      }
      @media (min-width: 900px) {
        .columns {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
      }
      .now .state {
        font-size: 26px;
        line-height: 1.3;
        font-weight: 600;
      }
      .now .next {
        margin: 12px 0 0;
        padding-top: 12px;
        border-top: 1px solid var(--op-line);
      }
      .now .notice {
        margin: 8px 0;
      }
      .now .button,
      .answer button {
        margin-top: 16px;
      }
      .pair {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 4px 16px;
      }
      dialog .stack {
        margin-top: 20px;
        gap: 8px;
      }
    `,
  ];

  get #params() {
    return { path: { id: this.requestId } };
  }

  async #load(): Promise<boolean> {
    try {
      this.request = await body(api.GET("/owner/requests/{id}", { params: this.#params }));
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    return !this.request || !isClosed(this.request.state);
  }

  #ask(question: Question): void {
    this.question = question;
    this.dialog.showModal();
  }

  async #do(question: Question): Promise<void> {
    this.dialog.close();
    this.busy = true;
    try {
      this.request = await body(api.POST(`/owner/requests/{id}/${question}`, { params: this.#params }));
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  async #copy(link: string): Promise<void> {
    this.copied = await navigator.clipboard.writeText(link).then(
      () => true,
      () => false,
    );
  }

  protected override render() {
    const { request } = this;
    return html`<div class="stack-l">
      <a class="button text back" href=${href({ view: "home" })}>‹ ${t("cars_title")}</a>
      ${request ? html`<h1>${tRequest("title", request)}</h1>` : null}
      ${problem(this.error, () => void this.#poll.now())}
      ${request ? this.#body(request) : this.error ? null : skeleton()}
    </div>`;
  }

  #body(request: OwnerRequest) {
    const can = actions(request);
    const link = request.invitation_token
      ? `${location.origin}${location.pathname}${href({ view: "invite", token: request.invitation_token })}`
      : "";
    const leave = can.cancel ? "cancel" : can.decline ? "decline" : null;
    return html`
      <div class="columns">
        <div class="stack-l">
          ${this.#now(request)} ${can.answer ? this.#answer() : null}
          ${can.send || request.papers.sent.length > 0
            ? html`<owner-papers .request=${request} @paper-sent=${() => this.#poll.now()}></owner-papers>`
            : null}
          ${can.invite ? invitation(link, request.expires_at, this.copied, () => void this.#copy(link)) : null}
          ${isAgreed(request.state) || request.sync.stage !== "none" ? syncStages(request.sync.stage) : null}
        </div>
        <div class="stack-l">
          ${request.vehicles.map(
            (vehicle) => html`${carPlate(vehicle)}
              <section class="panel">
                <h2>${t("cards")}</h2>
                ${cardList(vehicle.cards)}
              </section>`,
          )}
          ${this.#subject(request)} ${timeline(request)}
        </div>
      </div>
      ${leave
        ? html`<button class="text danger" data-testid="${leave}-request" ?disabled=${this.busy}
            @click=${() => this.#ask(leave)}>${tRequest("do", request, leave)}</button>`
        : null}
      ${this.#confirmation(request)}
    `;
  }

  #now(request: OwnerRequest) {
    const { id, state, role, next, review } = request;
    const mine = next.who === role;
    return html`<section class="panel now" aria-live="polite">
      <div class="row between">
        <p class="state" data-testid="timeline-state" data-state=${state}>${tRequest("state", request, state)}</p>
        <span class="chip ${mine ? "warn" : tone(state)}">${mine ? t("next_me") : tRequest("next", request, next.who)}</span>
      </div>
      ${request.counterparty_name_masked
        ? html`<p class="muted">${t("receiver")} ${request.counterparty_name_masked}</p>`
        : null}
      <div class="next">
        <p data-testid="todo">${todo(request)}</p>
        ${review?.message ? html`<p class="notice ${state === "rejected" ? "bad" : "warn"}" data-testid="review-message"><strong>${t("review_says")}</strong>${review.message}</p>` : null}
        ${review && state === "manual_review" && next.who === "staff"
          ? html`<p class="muted small">${t("review_due", { at: moment(review.due_at) })}</p>`
          : null}
        ${next.by ? html`<p class="muted small" data-testid="by">${by(request, moment(next.by))}</p>` : null}
      </div>
      ${this.#onward(id, request)}
    </section>`;
  }

  /** The way on for this side, held back while papers are missing where the server would refuse it. */
  #onward(id: string, request: OwnerRequest) {
    const can = actions(request);
    const view = can.verify ? "verify" : can.accept ? "accept" : null;
    if (!view) return null;
    const early = lacksPapers(request.papers) && (view === "accept" || request.kind !== "cancellation");
    return early
      ? html`<p class="hint">${t("papers_first")}</p>`
      : html`<a class="button wide" data-testid="continue" href=${href({ view, id })}>${tRequest("do", request, view)}</a>`;
  }

  #answer() {
    return html`<section class="panel answer" data-testid="answer">
      <h2>${t("answer_title")}</h2>
      <button class="wide" data-testid="consent" ?disabled=${this.busy} @click=${() => this.#ask("consent")}>${t("answer_consent")}</button>
      <button class="wide quiet danger" data-testid="object" ?disabled=${this.busy} @click=${() => this.#ask("object")}>${t("answer_object")}</button>
    </section>`;
  }

  /** What the request is about, beside the car. */
  #subject({ reason, renewal, vehicles }: OwnerRequest) {
    if (reason) return html`<section class="panel"><h2>${t("reason")}</h2><p>${tCode("reason", reason)}</p></section>`;
    if (!renewal) return null;
    const old = vehicles.flatMap(({ cards }) => cards).find(({ id }) => id === renewal.card_id);
    return html`<section class="panel">
      <h2>${t("renewal_title")}</h2>
      <dl class="pair">
        ${old ? html`<dt class="muted">${t("renewal_old")}</dt><dd class="mono">${old.msisdn_masked} · ${old.iccid_masked}</dd>` : null}
        <dt class="muted">${t("renewal_new")}</dt><dd class="mono">${renewal.msisdn_masked} · ${renewal.iccid_masked}</dd>
      </dl>
    </section>`;
  }

  #confirmation(request: OwnerRequest) {
    const { question } = this;
    return html`<dialog aria-labelledby="question">
      <h2 id="question">${tRequest("ask", request, question)}</h2>
      <p class="lead">${tRequest("ask", request, `${question}_lead`)}</p>
      <div class="stack">
        <button class="wide quiet ${question === "consent" ? "" : "danger"}" data-testid="confirm" @click=${() => this.#do(question)}>
          ${tRequest("ask", request, `${question}_go`)}
        </button>
        <button class="wide text" @click=${() => this.dialog.close()}>${t("keep")}</button>
      </div>
    </dialog>`;
  }
}

/** What this side should know and do now; the server's own words for a state this app does not know. */
function todo(request: OwnerRequest): string {
  const { state, next } = request;
  const text = tRequest("todo", request, state);
  return text !== state ? text : locale() === "en" ? next.what_en : next.what_zh;
}

/** Until when. */
function by(request: OwnerRequest, at: string): string {
  const { state, role, next } = request;
  return tRequest("by", request, state === "prior_owner_notified" ? state : next.who === role ? "me" : "other", { at });
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-request": OwnerRequestPage;
  }
}

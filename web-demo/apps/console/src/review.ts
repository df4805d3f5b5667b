import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Review, type ReviewReason, body } from "@ownerproof/api-client";
import { LocalizedElement, base, moment } from "@ownerproof/ui";
import "./dispute.ts";
import "./picture.ts";
import { problem } from "./problem.ts";
import { title, tone } from "./reviews.ts";
import { api } from "./session.ts";
import { t, tCode } from "./texts.ts";

/** Reasons about a person; papers alone have the rest. */
const OF_PEOPLE: ReviewReason[] = ["face_mismatch", "suspected_attack"];
const REASONS: ReviewReason[] = ["unreadable", "document_mismatch", "other"];

/** One review: what is asked for, what the machine said, pictures and papers, and the decision. */
@customElement("console-review")
export class ConsoleReview extends LocalizedElement {
  @property() reviewId = "";

  @state() private review: Review | null = null;
  /** Pictures and papers, by id; they live as long as this element. */
  @state() private pictures = new Map<string, Blob>();
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      .facts {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 8px 20px;
        margin: 0;
      }
      dt {
        color: var(--op-ink-2);
      }
      dd {
        margin: 0;
      }
      .pictures {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(160px, 1fr));
        gap: 12px;
      }
      .papers.pictures {
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr));
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
  }

  #load(): void {
    void this.#do(() => api.GET("/console/reviews/{id}", { params: this.#params }));
  }

  override disconnectedCallback(): void {
    this.#forget();
    super.disconnectedCallback();
  }

  get #params() {
    return { path: { id: this.reviewId } };
  }

  #forget(): void {
    this.pictures = new Map();
  }

  async #do(call: () => Promise<{ data?: Review }>): Promise<void> {
    this.busy = true;
    try {
      this.review = await body(call());
      this.error = null;
      if (this.review.mine) await this.#look(this.review);
      else this.#forget();
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  async #look(review: Review): Promise<void> {
    const { id } = review;
    for (const { id: evidence_id } of review.evidence) {
      const params = { path: { id, evidence_id } };
      await this.#keep(evidence_id, () => api.GET("/console/reviews/{id}/evidence/{evidence_id}", { params, parseAs: "blob" }));
    }
    for (const { id: paper_id } of review.papers) {
      const params = { path: { id, paper_id } };
      await this.#keep(paper_id, () => api.GET("/console/reviews/{id}/papers/{paper_id}", { params, parseAs: "blob" }));
    }
  }

  /** Each look is recorded: what is on the screen is not asked for again. */
  async #keep(id: string, call: () => Promise<{ data?: Blob }>): Promise<void> {
    if (this.pictures.has(id)) return;
    this.pictures = new Map(this.pictures).set(id, await body(call()));
  }

  #answer(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const answer = { reason: form.get("reason") as ReviewReason, message: String(form.get("message") ?? "") };
    const refuse = event.submitter?.getAttribute("value") === "refuse";
    void this.#do(() =>
      refuse
        ? api.POST("/console/reviews/{id}/refuse", { params: this.#params, body: answer })
        : api.POST("/console/reviews/{id}/send-back", { params: this.#params, body: answer }),
    );
  }

  protected override render() {
    const { review } = this;
    return html`<div class="stack-l">
      <a class="button text back" href="#/reviews">‹ ${t("reviews")}</a>
      ${problem(this.error)} ${review ? this.#body(review) : null}
    </div>`;
  }

  #body(review: Review) {
    return html`
      <div class="row between">
        <h1>${title(review)}</h1>
        <span class="chip ${tone(review)}" data-testid="review-state" data-state=${review.state}>
          ${tCode("review_state", review.state)}
        </span>
      </div>
      <section class="panel">
        <dl class="facts">
          <dt>${t("kind")}</dt><dd>${tCode("kind", review.request_kind)}</dd>
          <dt>${t("subject")}</dt><dd>${tCode("subject", review.subject)}</dd>
          ${review.document_number_masked
            ? html`<dt>${t("document_number")}</dt><dd class="mono">${review.document_number_masked}</dd>`
            : null}
          <dt>${t("vin")}</dt><dd class="mono">${review.vins_masked.map((vin) => html`<div>${vin}</div>`)}</dd>
          ${review.papers.length > 0
            ? html`<dt>${t("papers")}</dt><dd>${review.papers.map(({ kind }) => html`<div>${tCode("paper", kind)}</div>`)}</dd>`
            : null}
          ${review.reasons.length > 0
            ? html`<dt>${t("machine")}</dt><dd>${review.reasons.map((reason) => html`<div>${tCode("why", reason)}</div>`)}</dd>`
            : null}
          <dt>${t("opened")}</dt><dd>${moment(review.opened_at)}</dd>
          <dt>${t("due_by")}</dt><dd>${moment(review.due_at)}</dd>
          ${review.message ? html`<dt>${t("said")}</dt><dd>${review.message}</dd>` : null}
        </dl>
      </section>
      ${review.second_look ? html`<p class="notice warn">${t("second_look")}</p>` : null}
      ${review.state === "waiting"
        ? html`<button class="wide" data-testid="claim" ?disabled=${this.busy}
            @click=${() => this.#do(() => api.POST("/console/reviews/{id}/claim", { params: this.#params }))}>${t("claim")}</button>`
        : null}
      ${review.mine ? this.#decision(review) : null}
      <console-dispute .requestId=${review.request_id} @dispute-moved=${this.#load}></console-dispute>
    `;
  }

  #decision(review: Review) {
    return html`
      ${review.name_masked ? this.#pictures(review) : null} ${review.papers.length > 0 ? this.#papers(review) : null}
      <button class="wide" data-testid="pass" ?disabled=${this.busy}
        @click=${() => this.#do(() => api.POST("/console/reviews/{id}/pass", { params: this.#params }))}>${t("pass")}</button>
      <form class="panel stack" @submit=${this.#answer}>
        <div>
          <label for="reason">${t("reason")}</label>
          <select id="reason" name="reason">
            ${[...(review.name_masked ? OF_PEOPLE : []), ...REASONS].map((reason) => html`<option value=${reason}>${tCode("reason", reason)}</option>`)}
          </select>
        </div>
        <div>
          <label for="message">${t("sentence")}</label>
          <textarea id="message" name="message" rows="3" maxlength="200" required data-testid="sentence"></textarea>
          <p class="hint">${t("sentence_hint")}</p>
        </div>
        <div class="row">
          <button class="quiet" value="send-back" data-testid="send-back" ?disabled=${this.busy}>${t("send_back")}</button>
          <button class="quiet danger" value="refuse" data-testid="refuse" ?disabled=${this.busy}>${t("refuse")}</button>
        </div>
      </form>
      <button class="text" data-testid="release" ?disabled=${this.busy}
        @click=${() => this.#do(() => api.POST("/console/reviews/{id}/release", { params: this.#params }))}>${t("release")}</button>
    `;
  }

  #pictures({ evidence }: Review) {
    return html`<section class="panel">
      <h2>${t("pictures")}</h2>
      ${evidence.length === 0
        ? html`<p class="lead">${t("no_pictures")}</p>`
        : html`<div class="pictures">${evidence.map(({ id, kind }) => this.#picture(id, tCode("picture", kind)))}</div>`}
    </section>`;
  }

  #papers({ papers }: Review) {
    return html`<section class="panel">
      <h2>${t("papers")}</h2>
      <div class="pictures papers" data-testid="papers">${papers.map(({ id, kind }) => this.#picture(id, tCode("paper", kind)))}</div>
    </section>`;
  }

  #picture(id: string, caption: string) {
    return html`<console-picture .image=${this.pictures.get(id)} caption=${caption}></console-picture>`;
  }
}

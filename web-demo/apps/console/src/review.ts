import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Review, type ReviewReason, body } from "@ownerproof/api-client";
import { LocalizedElement, base, moment } from "@ownerproof/ui";
import { problem } from "./problem.ts";
import { tone } from "./reviews.ts";
import { api } from "./session.ts";
import { t, tCode } from "./texts.ts";

const REASONS: ReviewReason[] = ["face_mismatch", "unreadable", "document_mismatch", "suspected_attack", "other"];

/** One review: what the machine said, the pictures, and the decision. */
@customElement("console-review")
export class ConsoleReview extends LocalizedElement {
  @property() reviewId = "";

  @state() private review: Review | null = null;
  /** Addresses of the pictures, by id; they live as long as this element. */
  @state() private pictures = new Map<string, string>();
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
      figure {
        margin: 0;
      }
      img {
        width: 100%;
        border-radius: var(--op-radius-s);
        background: var(--op-surface-2);
      }
      select,
      textarea {
        width: 100%;
        padding: 12px 14px;
        border: 1px solid var(--op-line-strong);
        border-radius: var(--op-radius-s);
        background: var(--op-surface);
        color: var(--op-ink);
        font: inherit;
      }
      .back {
        align-self: flex-start;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
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
    for (const address of this.pictures.values()) URL.revokeObjectURL(address);
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
    for (const { id } of review.evidence) {
      if (this.pictures.has(id)) continue;
      const path = { id: review.id, evidence_id: id };
      const call = api.GET("/console/reviews/{id}/evidence/{evidence_id}", { params: { path }, parseAs: "blob" });
      const picture: Blob = await body(call);
      this.pictures = new Map(this.pictures).set(id, URL.createObjectURL(picture));
    }
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
        <h1>${review.name_masked} · ${tCode("party", review.party)}</h1>
        <span class="chip ${tone(review)}" data-testid="review-state" data-state=${review.state}>
          ${tCode("review_state", review.state)}
        </span>
      </div>
      <section class="panel">
        <dl class="facts">
          <dt>${t("document_number")}</dt><dd class="mono">${review.document_number_masked}</dd>
          <dt>${t("vin")}</dt><dd class="mono">${review.vin_masked}</dd>
          <dt>${t("machine")}</dt><dd>${review.reasons.map((reason) => html`<div>${tCode("why", reason)}</div>`)}</dd>
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
    `;
  }

  #decision(review: Review) {
    return html`
      <section class="panel">
        <h2>${t("pictures")}</h2>
        ${review.evidence.length === 0
          ? html`<p class="lead">${t("no_pictures")}</p>`
          : html`<div class="pictures">
              ${review.evidence.map(({ id, kind }) => {
                const address = this.pictures.get(id);
                return html`<figure>
                  ${address ? html`<img src=${address} alt=${tCode("picture", kind)} />` : html`<span class="bone tall"></span>`}
                  <figcaption class="muted small">${tCode("picture", kind)}</figcaption>
                </figure>`;
              })}
            </div>`}
      </section>
      <button class="wide" data-testid="pass" ?disabled=${this.busy}
        @click=${() => this.#do(() => api.POST("/console/reviews/{id}/pass", { params: this.#params }))}>${t("pass")}</button>
      <form class="panel stack" @submit=${this.#answer}>
        <div>
          <label for="reason">${t("reason")}</label>
          <select id="reason" name="reason">
            ${REASONS.map((reason) => html`<option value=${reason}>${tCode("reason", reason)}</option>`)}
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
}

import { type PropertyValues, css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type OwnerComplaint, type OwnerComplaintSummary, body } from "@ownerproof/api-client";
import { LocalizedElement, Poll, base, dialog, lastDay, moment } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { problem, skeleton } from "../../parts/problem.ts";
import { timelineStyles } from "../../parts/timeline.ts";
import { href } from "../../router.ts";
import { t, tCode } from "../../texts/index.ts";
import "./attachment.ts";
import "./attachments.ts";
import type { OwnerAttachments } from "./attachments.ts";
import "./corrections.ts";
import { tone } from "./parts.ts";

type Line = OwnerComplaint["lines"][number];

/** Longest message, in characters. */
const LONGEST = 2000;
/** One complaint: who must act, the conversation, and what can be done about it. */
@customElement("owner-complaint")
export class OwnerComplaintPage extends LocalizedElement {
  @property() complaintId = "";

  @state() private complaint: OwnerComplaint | null = null;
  @state() private draft = "";
  @state() private score = 0;
  @state() private attaching = false;
  @state() private busy = false;
  @state() private error: unknown = null;

  @query("owner-attachments") private files!: OwnerAttachments | null;
  @query("dialog") private dialog!: HTMLDialogElement;

  #poll = new Poll(this, () => this.#load(), 4000);

  static override styles = [
    base,
    dialog,
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
          grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
        }
      }
      .state {
        font-size: 26px;
        line-height: 1.3;
        font-weight: 600;
      }
      .next {
        margin-top: 12px;
        padding-top: 12px;
        border-top: 1px solid var(--op-line);
      }
      dl.facts {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 6px 16px;
        margin-top: 12px;
      }
      dd {
        text-align: right;
      }
      .entry {
        max-width: 88%;
        margin-top: 14px;
      }
      .entry .words {
        padding: 12px 16px;
        border-radius: 16px 16px 16px 4px;
        background: var(--op-surface-2);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .entry.mine {
        margin-left: auto;
      }
      .entry.mine .words {
        border-radius: 16px 16px 4px;
        background: var(--op-accent-soft);
      }
      .entry.answer .words {
        background: var(--op-good-soft);
      }
      .entry.question .words {
        background: var(--op-warn-soft);
      }
      .entry .meta {
        display: flex;
        gap: 8px;
        align-items: center;
        margin-bottom: 4px;
      }
      .entry.mine .meta {
        justify-content: flex-end;
      }
      .quietly {
        margin-top: 14px;
        text-align: center;
      }
      form {
        margin-top: 20px;
        padding-top: 20px;
        border-top: 1px solid var(--op-line);
      }
      .scores {
        display: grid;
        grid-template-columns: repeat(5, 1fr);
        gap: 8px;
      }
      .scores button {
        flex-direction: column;
        gap: 2px;
        padding: 8px 2px;
        border-radius: var(--op-radius-s);
        font-size: 18px;
      }
      .scores button span {
        font-size: 12px;
        font-weight: 400;
      }
      .scores button[aria-pressed="true"] {
        border-color: var(--op-accent);
        background: var(--op-accent-soft);
      }
    `,
  ];

  get #params() {
    return { path: { id: this.complaintId } };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("complaintId")) void this.#load();
  }

  async #load(): Promise<boolean> {
    if (!this.complaintId) return true; // Set once this element, which is loaded late, is known to the browser.
    try {
      this.complaint = await body(api.GET("/owner/complaints/{id}", { params: this.#params }));
      if (!this.busy) this.error = null;
    } catch (error) {
      this.error = error;
    }
    return true;
  }

  /** Does one thing; true when it worked. What was typed stays when it did not. */
  async #do(call: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    let done = true;
    try {
      await call();
      await this.#load();
    } catch (error) {
      this.error = error;
      done = false;
    }
    this.busy = false;
    return done;
  }

  async #say(event: Event): Promise<void> {
    event.preventDefault();
    const text = this.draft.trim();
    const { files } = this;
    const withFiles = files?.pending ?? false;
    if ((!text && !withFiles) || files?.preparing) return;
    const params = this.#params;
    const sent = await this.#do(() =>
      withFiles ? files!.send(this.complaintId, text) : api.POST("/owner/complaints/{id}/messages", { params, body: { text } }),
    );
    if (!sent) return;
    this.draft = "";
    this.attaching = false;
  }

  async #rate(event: Event): Promise<void> {
    event.preventDefault();
    const text = words(event);
    const params = this.#params;
    const rating = { score: this.score, ...(text ? { text } : {}) };
    await this.#do(() => api.POST("/owner/complaints/{id}/satisfaction", { params, body: rating }));
  }

  async #disagree(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const text = words(event);
    const params = this.#params;
    if (!text) return;
    await this.#do(() =>
      event.submitter?.getAttribute("value") === "appeal"
        ? api.POST("/owner/complaints/{id}/appeal", { params, body: { text } })
        : api.POST("/owner/complaints/{id}/reopening", { params, body: { text } }),
    );
  }

  async #withdraw(): Promise<void> {
    this.dialog.close();
    await this.#do(() => api.POST("/owner/complaints/{id}/withdrawal", { params: this.#params }));
  }

  protected override render() {
    const { complaint } = this;
    return html`<div class="stack-l">
      <a class="button text back" href=${href({ view: "complaints" })}>‹ ${t("complaints_title")}</a>
      ${complaint ? html`<h1>${tCode("kind", complaint.complaint.kind)}</h1>` : null}
      ${complaint ? this.#body(complaint) : this.error ? problem(this.error, () => void this.#poll.now()) : skeleton()}
    </div>`;
  }

  #body({ complaint, lines, reopen_until }: OwnerComplaint) {
    return html`
      <div class="columns">
        <div class="stack-l">
          ${this.#now(complaint)}
          <owner-corrections .complaintId=${complaint.id} .lines=${lines.length} @decided=${this.#load}></owner-corrections>
          ${this.#conversation(complaint, lines)}
        </div>
        <div class="stack-l">${this.#after(complaint, reopen_until)} ${this.#history(lines)}</div>
      </div>
      ${complaint.state !== "closed"
        ? html`<button class="text danger" data-testid="withdraw" ?disabled=${this.busy} @click=${() => this.dialog.showModal()}>${t("withdraw")}</button>`
        : null}
      <dialog aria-labelledby="question">
        <h2 id="question">${t("withdraw_ask")}</h2>
        <p class="lead">${t("withdraw_lead")}</p>
        <div class="stack">
          <button class="wide quiet danger" data-testid="confirm" @click=${this.#withdraw}>${t("withdraw_go")}</button>
          <button class="wide text" @click=${() => this.dialog.close()}>${t("keep")}</button>
        </div>
      </dialog>
    `;
  }

  #now(complaint: OwnerComplaintSummary) {
    const { state, next_actor, number, received_at, answer_by, replied_at, outcome } = complaint;
    const mine = next_actor === "user";
    const waiting = state === "waiting_for_user";
    const who = mine ? "user" : next_actor === "nobody" ? "nobody" : "us";
    const todo = ["waiting_for_user", "replied", "closed", "appealed"].includes(state) ? state : "us";
    return html`<section class="panel" aria-live="polite">
      <div class="row between">
        <p class="state" data-testid="complaint-state" data-state=${state}>${tCode("cstate", state)}</p>
        <span class="chip ${mine ? "warn" : tone(complaint)}">${tCode("next", who)}</span>
      </div>
      ${outcome ? html`<p class="muted">${tCode("outcome", outcome)}</p>` : null}
      <div class="next">
        <p data-testid="todo">${tCode("todo", todo)}</p>
        ${waiting ? html`<p class="muted small">${t("waiting_note")}</p>` : null}
      </div>
      <dl class="facts small">
        <dt class="muted">${t("complaint_number")}</dt><dd class="mono" data-testid="number">${number}</dd>
        <dt class="muted">${t("complaint_received")}</dt><dd>${moment(received_at)}</dd>
        ${replied_at
          ? html`<dt class="muted">${t("complaint_replied_at")}</dt><dd>${moment(replied_at)}</dd>`
          : html`<dt class="muted">${t("complaint_answer_by")}</dt><dd>${lastDay(answer_by)}</dd>`}
      </dl>
    </section>`;
  }

  #conversation({ state }: OwnerComplaintSummary, lines: readonly Line[]) {
    const spoken = lines.filter(({ text, attachments }) => text || attachments.length > 0);
    return html`<section class="panel">
      <h2>${t("conversation")}</h2>
      <div data-testid="conversation" data-count=${spoken.length}>${spoken.map((line) => this.#entry(line))}</div>
      ${state === "closed" ? problem(this.error) : this.#composer(state)}
    </section>`;
  }

  #entry({ at, actor, kind, text, attachments }: Line) {
    const mine = actor === "user";
    const style = mine ? "mine" : kind === "replied" ? "answer" : kind === "asked" ? "question" : "";
    return html`<div class="entry ${style}" data-testid="entry" data-kind=${kind}>
      <p class="meta muted small">
        <span>${mine ? t("you") : t("us")} · <time datetime=${at}>${moment(at)}</time></span>
        ${kind === "replied" ? html`<span class="chip good">${t("answer_chip")}</span>` : null}
        ${kind === "asked" ? html`<span class="chip warn">${t("question_chip")}</span>` : null}
      </p>
      ${text ? html`<p class="words">${text}</p>` : null}
      ${attachments.map((id) => html`<owner-attachment .complaintId=${this.complaintId} .attachmentId=${id}></owner-attachment>`)}
    </div>`;
  }

  #composer(state: OwnerComplaintSummary["state"]) {
    const asked = state === "waiting_for_user";
    return html`<form class="stack" @submit=${this.#say}>
      <div>
        <label for="say">${t(asked ? "say_answer" : "say")}</label>
        <textarea id="say" rows="3" maxlength=${LONGEST} data-testid="say" .value=${this.draft}
          @input=${(event: Event) => (this.draft = (event.target as HTMLTextAreaElement).value)}></textarea>
      </div>
      ${this.attaching
        ? html`<owner-attachments ?busy=${this.busy} @picked=${() => this.requestUpdate()}></owner-attachments>`
        : html`<button type="button" class="text" data-testid="attach" @click=${() => (this.attaching = true)}>${t("attach")}</button>`}
      ${problem(this.error)}
      <button class=${asked ? "wide" : "wide quiet"} data-testid="send" ?disabled=${this.busy || (!this.draft.trim() && !this.files?.pending)}>
        ${t(asked ? "say_answer_go" : "say_go")}
      </button>
    </form>`;
  }

  /** What the person says about the answer. */
  #after({ state, satisfaction }: OwnerComplaintSummary, reopenUntil?: string) {
    return html`
      ${satisfaction ? html`<p class="notice good" data-testid="rated">${t("rated", { score: satisfaction })}</p>` : null}
      ${state === "replied"
        ? html`<section class="panel">
            <h2>${t("rate_title")}</h2>
            <form class="stack" @submit=${this.#rate}>
              <div class="scores" role="group" aria-label=${t("rate_title")}>
                ${[1, 2, 3, 4, 5].map(
                  (score) => html`<button type="button" class="quiet" data-testid="score-${score}"
                    aria-pressed=${this.score === score} @click=${() => (this.score = score)}>
                    ${score}<span>${tCode("rate", String(score))}</span>
                  </button>`,
                )}
              </div>
              <div>
                <label for="words">${t("rate_words")}</label>
                <input id="words" name="words" maxlength="200" />
              </div>
              <button class="wide" data-testid="rate" ?disabled=${this.busy || this.score === 0}>${t("rate_go")}</button>
            </form>
          </section>`
        : null}
      ${reopenUntil
        ? html`<details class="panel" data-testid="reopen-panel">
            <summary><strong>${t("reopen")}</strong></summary>
            <form class="stack" @submit=${this.#disagree}>
              <p class="muted small">${t("reopen_lead")} ${t("reopen_until", { at: moment(reopenUntil) })}</p>
              <textarea name="words" rows="3" maxlength=${LONGEST} required aria-label=${t("reopen")} data-testid="reopen-words"></textarea>
              <button class="wide quiet" data-testid="reopen" ?disabled=${this.busy}>${t("reopen_go")}</button>
              <p class="muted small">${t("appeal_note")}</p>
              <button class="text" value="appeal" data-testid="appeal" ?disabled=${this.busy}>${t("appeal_go")}</button>
            </form>
          </details>`
        : null}
    `;
  }

  #history(lines: readonly Line[]) {
    return html`<section class="panel timeline">
      <h2>${t("timeline")}</h2>
      <ol>
        ${lines.toReversed().map(
          ({ at, kind }) => html`<li data-testid="timeline-entry" data-kind=${kind}>
            <p>${tCode("history", kind)}</p>
            <p class="muted small"><time datetime=${at}>${moment(at)}</time></p>
          </li>`,
        )}
      </ol>
    </section>`;
  }
}

/** The words in a form. */
const words = (event: Event): string => String(new FormData(event.target as HTMLFormElement).get("words") ?? "").trim();

declare global {
  interface HTMLElementTagNameMap {
    "owner-complaint": OwnerComplaintPage;
  }
}

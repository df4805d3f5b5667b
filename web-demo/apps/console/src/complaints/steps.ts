import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type ComplaintCase, type Duty, body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { dialogStyles } from "./dialog.ts";
import type { Can } from "./rights.ts";
import { t } from "./texts.ts";

/** What is asked for in a dialog before it is done. */
type Question = "assign" | "snooze" | "merge" | "close";

/**
 * The steps of work on a case: take, assign, release, put aside, merge, close.
 *
 * @fires changed
 */
@customElement("complaint-steps")
export class ComplaintSteps extends LocalizedElement {
  @property({ attribute: false }) case!: ComplaintCase;
  @property({ attribute: false }) can!: Can;
  @property() etag = "";

  @state() private question: Question = "assign";
  @state() private duties: readonly Duty[] = [];
  @state() private busy = false;
  @state() private error: unknown = null;

  @query("dialog") private dialog!: HTMLDialogElement;

  static override styles = [
    base,
    dialogStyles,
    css`
      .row {
        flex-wrap: wrap;
        gap: 6px;
        margin-top: 8px;
      }
      .row button {
        min-height: 36px;
        padding: 4px 14px;
        font-size: 15px;
      }
    `,
  ];

  get #params() {
    return { path: { id: this.case.complaint.id }, header: { "If-Match": this.etag } };
  }

  async #do(call: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await call();
      this.dialog.close();
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
    this.dispatchEvent(new CustomEvent("changed"));
  }

  async #ask(question: Question): Promise<void> {
    this.question = question;
    this.error = null;
    this.dialog.showModal();
    if (question !== "assign") return;
    try {
      this.duties = (await body(api.GET("/console/duties"))).items;
    } catch (error) {
      this.error = error;
    }
  }

  #answer(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const field = (name: string): string => String(form.get(name) ?? "").trim();
    const params = this.#params;
    void this.#do(() => {
      switch (this.question) {
        case "assign": {
          const to = field("to");
          return api.POST("/console/complaints/{id}/assignment", { params, body: to ? { to } : {} });
        }
        case "snooze":
          return api.POST("/console/complaints/{id}/snooze", { params, body: { until: field("until") } });
        case "merge":
          return api.POST("/console/complaints/{id}/merge", { params, body: { into: field("into") } });
        case "close": {
          const score = Number(field("satisfaction"));
          return api.POST("/console/complaints/{id}/closure", { params, body: score ? { satisfaction: score } : {} });
        }
      }
    });
  }

  protected override render() {
    const { can } = this;
    const params = this.#params;
    const step = (name: string, text: string, act: () => void, primary = false) =>
      html`<button class=${primary ? "" : "quiet"} data-testid=${name} ?disabled=${this.busy} @click=${act}>${text}</button>`;
    return html`
      <div class="row">
        ${can.take ? step("take", t("assign_me"), () => this.#do(() => api.POST("/console/complaints/{id}/take", { params })), true) : null}
        ${can.assign ? step("assign", t("assign"), () => this.#ask("assign")) : null}
        ${can.snooze ? step("snooze", t("snooze"), () => this.#ask("snooze")) : null}
        ${can.wake ? step("wake", t("wake"), () => this.#do(() => api.POST("/console/complaints/{id}/wake", { params }))) : null}
        ${can.release ? step("release", t("release"), () => this.#do(() => api.POST("/console/complaints/{id}/release", { params }))) : null}
        ${can.merge ? step("merge", t("merge"), () => this.#ask("merge")) : null}
        ${can.close ? step("close", t("close"), () => this.#ask("close")) : null}
      </div>
      ${this.dialog?.open ? null : problem(this.error)}
      <dialog aria-labelledby="question">
        <form class="stack" @submit=${this.#answer}>
          <h2 id="question">${t(this.question)}</h2>
          ${this.#fields()} ${problem(this.error)}
          <div class="pair">
            <button type="button" class="quiet" @click=${() => this.dialog.close()}>${t("cancel")}</button>
            <button data-testid="do-${this.question}" ?disabled=${this.busy}>${t(this.question)}</button>
          </div>
        </form>
      </dialog>
    `;
  }

  #fields() {
    switch (this.question) {
      case "assign":
        return html`<div>
          <label for="to">${t("assign_to")}</label>
          <select id="to" name="to">
            <option value="">${t("assign_least")}</option>
            ${this.duties.map(({ staff_id, username, available, load }) => html`<option value=${staff_id}>
              ${username} · ${t("load", { n: load })}${available ? "" : ` · ${t("absent")}`}
            </option>`)}
          </select>
        </div>`;
      case "snooze":
        return html`<div>
          <label for="until">${t("snooze_until")}</label>
          <select id="until" name="until">
            ${wakings().map(([key, at]) => html`<option value=${at.toISOString()}>${t(key)}</option>`)}
          </select>
          <p class="hint">${t("snooze_lead")}</p>
        </div>`;
      case "merge":
        return html`<div>
          <label for="into">${t("merge_number")}</label>
          <input id="into" name="into" class="mono" maxlength="30" required autocapitalize="characters" spellcheck="false" />
          <p class="hint">${t("merge_lead")}</p>
        </div>`;
      case "close":
        return html`<div>
          <label for="satisfaction">${t("satisfaction")}</label>
          <select id="satisfaction" name="satisfaction">
            <option value="">${t("new_none")}</option>
            ${[5, 4, 3, 2, 1].map((score) => html`<option value=${score}>${score}</option>`)}
          </select>
        </div>`;
    }
  }
}

/** When a complaint can come back: tomorrow morning, in three days, in a week, each at nine. */
export function wakings(): ["snooze_tomorrow" | "snooze_3days" | "snooze_week", Date][] {
  const at = (days: number): Date => {
    const date = new Date();
    date.setDate(date.getDate() + days);
    date.setHours(9, 0, 0, 0);
    return date;
  };
  return [["snooze_tomorrow", at(1)], ["snooze_3days", at(3)], ["snooze_week", at(7)]];
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-steps": ComplaintSteps;
  }
}
